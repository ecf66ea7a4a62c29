# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
#
# The packages of Debian 12 and Ubuntu 24.04 that the scripts need. Sourced, not run.

# to build the library with the presets dev and release
packages_build=(cmake ninja-build gcc g++ libboost-dev libgtest-dev)

# to build everything else, to test it, and to install it
packages_test=("${packages_build[@]}" clang libclang-rt-14-dev llvm binutils pkg-config strace
  valgrind)

packages_lint=("${packages_test[@]}" clang-format-14 clang-tidy-14 cppcheck shellcheck mandoc)

packages_conformance=("${packages_build[@]}" python3)

packages_demo=("${packages_build[@]}" fio)

packages_bench=("${packages_build[@]}" fio libaio-dev liburing-dev libbenchmark-dev gnuplot-nox
  python3)
