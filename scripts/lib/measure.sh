# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
#
# What the scripts share that measure: a program on glibc's AIO or on ours, the steps of a long run,
# and what machine it was. Sourced behind common.sh, not run.

release=$root/build/release
library=$release/libaiox.so
readonly release library

# number <argument>: checks that it is one, and not 0.
number() { [[ ${1:-} =~ ^[1-9][0-9]{0,5}$ ]] || die "not a number above 0: ${1:-nothing}"; }

# build_release <log> <target>...
build_release() {
  local log=$1
  shift
  mkdir -p "$root/build"
  with_progress "$log" "Building the library" cmake_release "$@" ||
    { tail -n 30 "$log" >&2 && die "no build"; }
}
cmake_release() {
  cd "$root" && cmake --preset release && cmake --build --preset release --target "$@"
}

# make_work_folder <folder> <name>: there, for as long as the script runs, and goes into it.
make_work_folder() {
  mkdir -p "$1"
  work=$(mktemp -d "$(cd "$1" && pwd)/aiox-$2.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'progress_end; exit 130' INT TERM HUP
  cd "$work" || die "cannot go to $work"
}

# run_on <glibc|aiox|interposer> <command>...: only the command sees the preload. interposer is one
# that does nothing; another name is as good as glibc, for what does not use AIO. What it says is in the file said. Killed when it takes
# longer than `patience` seconds.
run_on() {
  local preload=()
  case $1 in
    aiox) preload=("LD_PRELOAD=$library" AIOX_STATS=1) ;;
    interposer) preload=("LD_PRELOAD=$release/bench/bench_interposer.so") ;;
  esac
  shift
  timeout --foreground --signal=KILL "$patience" env "${preload[@]}" "$@" 2>said
}

# counted <submitted|completed> <read|write|fsync>: how many, as aiox said itself at the exit of the
# last run; 0 where it said nothing.
counted() { sed -n "s/^aiox: $2 .*$1=\([0-9]*\).*/\1/p" said | grep . || say 0; }

# step <text>: one of all_steps; every so many of them (steps_shown) where there is no terminal.
done_steps=0
step() {
  done_steps=$((done_steps + 1))
  local line="$done_steps/$all_steps, $SECONDS s: $*"
  if [[ -t 1 ]]; then
    progress "$line"
  elif ((done_steps % steps_shown == 1)); then
    say "  $line"
  fi
}

# machine: in words, with the file system of the current folder.
machine() {
  local memory
  memory=$(awk '$1 == "MemTotal:" { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
  say "$(nproc) processors, $memory GiB of memory, Linux $(uname -r | grep -o '^[0-9.]*[0-9]'), $(
    getconf GNU_LIBC_VERSION), $(df --output=fstype . | tail -n 1)"
}
