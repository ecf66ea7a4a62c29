#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# linking.sh <case>: builds the round through all calls against the installed aiox in one of the
# ways that a user has, and checks who serves it.
#
# In the environment: CC, CXX, CMAKE; PREFIX, where aiox is installed; FOLDER, where to build.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$FOLDER/$1
rm -rf "$work"
mkdir -p "$work"
cd "$work"

pkg_config_file=$(find "$PREFIX" -name aiox.pc)
PKG_CONFIG_PATH=$(dirname "$pkg_config_file")
export PKG_CONFIG_PATH
LD_LIBRARY_PATH=$(pkg-config --variable=libdir aiox)
export LD_LIBRARY_PATH

# words <pkg-config argument>...: its answer, in the array `words`.
words() { read -r -a words <<<"$(pkg-config "$@" aiox)"; }

served_by() { "$here/served_by.sh" "$@"; }

executable_linked_ahead_of_libc() {
  words --cflags --libs
  "$CC" "$here"/{main_stats,calls}.c -o program "${words[@]}"
  served_by aiox ./program
}

# library <flag>...: a library that links -laiox, built with the flags.
library() {
  words --cflags --libs
  "$CC" -shared -fPIC "$@" "$here/calls.c" -o libcalls.so -Wl,--no-as-needed "${words[@]}"
}

program_with_library() {
  "$CC" "$here/main.c" -o program -L. -lcalls -Wl,-rpath,"$work" -Wl,--allow-shlib-undefined
}

# Linking against aiox's unversioned names leaves references without a version. In libc these mean
# the oldest one there is, with the lio_listio() that references.h tells of.
readonly oldest=-DCALLS_LIO_WAIT_RETURNS_EARLY

library_by_posix_names() {
  library "$oldest"
  program_with_library
  served_by libc ./program
}

library_by_redirect() {
  words --variable=redirect_cflags
  library "${words[@]}"
  program_with_library
  served_by aiox ./program
}

plugin_by_posix_names() {
  library "$oldest"
  "$CC" "$here/main_dlopen.c" -o program
  served_by libc ./program ./libcalls.so
}

plugin_by_redirect() {
  words --variable=redirect_cflags
  library "${words[@]}"
  "$CC" "$here/main_dlopen.c" -o program
  served_by aiox ./program ./libcalls.so
}

static_c_program() {
  words --cflags --static --libs
  "$CC" -static "$here"/{main_stats,calls}.c -o program "${words[@]}"
  served_by aiox ./program
}

static_library_beside_other_cxx() {
  local archive
  archive=$(pkg-config --variable=libdir aiox)/libaiox.a
  "$CC" -c "$here/calls.c"
  "$CXX" -std=c++20 "$here/main_boost.cpp" calls.o "$archive" -o program -pthread
  served_by aiox ./program
}

# Its version is told alike by the library, pkg-config and the CMake package.
cmake_package() {
  local program version
  version=$(pkg-config --modversion aiox)
  "$CMAKE" -S "$here/consumer" -B . -G Ninja -DCMAKE_C_COMPILER="$CC" \
    -DCMAKE_PREFIX_PATH="$PREFIX" -DAIOX_EXPECTED_VERSION="$version"
  "$CMAKE" --build .
  for program in shared static; do
    served_by aiox "./$program"
    [[ $("./$program") == "$version" ]]
  done
  served_by aiox ./redirect
}

"$@"
