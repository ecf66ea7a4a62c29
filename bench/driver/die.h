// SPDX-License-Identifier: MIT
//
// How the driver ends when something is wrong: no figure is better than a false one.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

[[noreturn]] inline void die(const char* what, int error) {
  std::fprintf(stderr, "bench_driver: %s: %s\n", what, std::strerror(error));
  std::exit(1);
}

[[noreturn]] inline void die(const char* what) {
  std::fprintf(stderr, "bench_driver: %s\n", what);
  std::exit(1);
}

}  // namespace bench
