# SPDX-License-Identifier: MIT
#
# What single calls cost over what is outstanding.
width = 1200
height = 440
load ARG0[1:strlen(ARG0) - strlen('calls.gp')].'style.gp'
set multiplot layout 1, 4 title 'Nanoseconds for a call over outstanding requests'
set xlabel 'requests outstanding'
set xrange [0.7:150000]
set yrange [3:200000]
set xtics ('1' 1, '100' 100, '10k' 10000, '100k' 100000)
titles = 'aio\_read aio\_error aio\_suspend aio\_cancel'
files = 'submit error suspend cancel'
where = '"glibc, one pipe" "glibc, many" "aiox, one pipe" "aiox, many"'
do for [i = 1:4] {
  set title word(titles, i)
  if (i == 2) { set key top right } else { set key off }
  plot for [line = 1:4] data.'/'.word(files, i).'.calls' using 1:line + 1 with linespoints \
    linestyle (line < 3 ? 2 : 1) dashtype 2 - line % 2 title word(where, line)
}
unset multiplot
