// SPDX-License-Identifier: MIT
//
// Nanoseconds that have passed, and that the process's threads have run.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <ctime>

namespace bench {

constexpr double kSecond = 1e9;

inline std::int64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

/// In user space and in the kernel, of all threads: of a library's and of io_uring's workers too.
inline std::int64_t processor_time() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto microseconds = [](const timeval& time) {
    return time.tv_sec * 1'000'000 + time.tv_usec;
  };
  return (microseconds(usage.ru_utime) + microseconds(usage.ru_stime)) * 1'000;
}

}  // namespace bench
