# SPDX-License-Identifier: MIT
#
# What the plots share. Before it, `width` and `height` are set.
if (kind eq 'svg') {
  set terminal svg size width, height font 'sans-serif,13' background 'white' dynamic
} else {
  set terminal pngcairo size width, height font 'sans,11' background 'white'
}
set output result
set datafile missing '-'
set logscale xy
set grid linetype 1 linewidth 1 linecolor rgb '#e4e4e4'
set border 3 linecolor rgb '#555555'
set tics nomirror
set key off
set format y '%.0s%c'

set style line 1 linecolor rgb '#1f5fbf' linewidth 3 pointtype 7 pointsize 0.9   # aiox
set style line 2 linecolor rgb '#c0392b' linewidth 2 pointtype 5 pointsize 0.8   # glibc
set style line 3 linecolor rgb '#e08e0b' linewidth 2 pointtype 9 pointsize 0.9   # libaio
set style line 4 linecolor rgb '#2e8b57' linewidth 2 pointtype 11 pointsize 0.9  # io_uring
set style line 5 linecolor rgb '#777777' linewidth 2 pointtype 13 pointsize 0.9  # pread/pwrite
arms = 'aiox glibc libaio io\_uring pread'
