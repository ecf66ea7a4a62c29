# SPDX-License-Identifier: MIT
#
# Latency over queue depth, of each arm: half of the requests, and 99 of 100.
width = 1200
height = 760
load ARG0[1:strlen(ARG0) - strlen('latency.gp')].'style.gp'
set multiplot layout 2, 3 title 'Random read of 4 KiB: latency in microseconds over queue depth'
set xlabel 'requests in flight'
set xtics (1, 8, 32, 128, 256)
set xrange [0.8:320]
set format y '%g'
titles = '"page cache" "O\_DIRECT" "cold file, buffered"'
files = 'cached direct cold'
do for [percent in '50 99'] {
  do for [i = 1:3] {
    set title word(titles, i).', p'.percent
    if (i == 1 && percent eq '50') { set key top left } else { set key off }
    plot for [arm = 1:5] data.'/'.word(files, i).'.p'.percent.'_ns' using 1:(column(arm + 1) / 1000) \
      with linespoints linestyle arm title word(arms, arm)
  }
}
unset multiplot
