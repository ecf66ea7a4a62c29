# SPDX-License-Identifier: MIT
#
# Throughput over queue depth, of each arm.
width = 1200
height = 440
load ARG0[1:strlen(ARG0) - strlen('throughput.gp')].'style.gp'
set multiplot layout 1, 3 title 'Random read of 4 KiB: operations per second over queue depth'
set xlabel 'requests in flight'
set xtics (1, 8, 32, 128, 256)
set xrange [0.8:320]
titles = '"page cache" "O\_DIRECT" "cold file, buffered"'
files = 'cached direct cold'
do for [i = 1:3] {
  set title word(titles, i)
  if (i == 1) { set key bottom right } else { set key off }
  plot for [arm = 1:5] data.'/'.word(files, i).'.ops_per_s' using 1:arm + 1 with linespoints \
    linestyle arm title word(arms, arm)
}
unset multiplot
