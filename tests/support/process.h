// SPDX-License-Identifier: MIT
//
// What can be seen of the process from outside the library, and changed around it.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aiox/aiox.h"

namespace aiox::test {

/// A thread as the kernel describes it.
struct ThreadInfo {
  pid_t tid;
  std::string name;
  std::uint64_t blocked_signals;  // bit n - 1 for signal n
};

std::vector<ThreadInfo> threads_named(std::string_view prefix);
inline std::vector<ThreadInfo> library_threads() { return threads_named("aiox/"); }
inline std::vector<ThreadInfo> worker_threads() { return threads_named("aiox/worker-"); }

/// Waits until nothing is outstanding in the library.
void wait_for_quiet();

aiox_statistics statistics();

/// aio_init() with that many threads at most.
void limit_workers(int threads);
/// aio_init() with that idle time, too.
void limit_workers(int threads, int idle_seconds);

/// Bytes of memory that are resident.
std::size_t resident_memory();

/// Runs the current test again, in a process whose environment has these variables, as the library
/// reads it when it is loaded. True in that process; false in the first one, when the other has
/// ended and its success been checked:
///   if (!in_environment({{"AIOX_MAX_REQUESTS", "8"}})) return;
bool in_environment(std::initializer_list<std::pair<const char*, const char*>> variables);

/// A soft resource limit for a scope.
class Limit {
 public:
  Limit(__rlimit_resource resource, rlim_t soft);
  ~Limit();
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

  void lift();

 private:
  __rlimit_resource resource_;
  rlimit before_;
};

}  // namespace aiox::test
