// SPDX-License-Identifier: MIT
#include "io/io_priority.h"

#include <limits.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

#include "sys/kernel_aio_calls.h"

namespace aiox::io {

using sys::IoPriorityClass;

namespace {

constexpr int kLowest = sys::kIoPriorityLevels - 1;
constexpr int kBelowAll = -1;  // the thread's requests go after everybody's: no level is lower

// What the kernel derives from the nice value where no I/O priority was set.
int level_of_nice() noexcept {
  constexpr int kHighestNice = -20;
  constexpr int kNicePerLevel = 5;
  errno = 0;
  const int nice = ::getpriority(PRIO_PROCESS, 0);
  if (nice == -1 && errno != 0) {
    return kBelowAll;
  }
  return (nice - kHighestNice) / kNicePerLevel;
}

int level_of_policy() noexcept {
  const int policy = ::sched_getscheduler(0);
  switch (policy == -1 ? policy : policy & ~SCHED_RESET_ON_FORK) {
    case SCHED_FIFO:
    case SCHED_RR: return 0;
    case -1:
    case SCHED_IDLE: return kBelowAll;
    default: return level_of_nice();
  }
}

// The best-effort level from which to go down. A real-time thread starts at the highest one; where
// nothing can be known, nothing is lowered.
int level_of_thread() noexcept {
  const long priority = sys::own_io_priority();
  if (priority == -1) {
    return kBelowAll;
  }
  switch (sys::io_priority_class(priority)) {
    case IoPriorityClass::kNone: return level_of_policy();
    case IoPriorityClass::kRealTime: return 0;
    case IoPriorityClass::kBestEffort:
      return std::min(static_cast<int>(priority) & kLowest, kLowest);
    default: return kBelowAll;
  }
}

}  // namespace

std::int16_t lowered_io_priority(int reqprio) noexcept {
  constexpr int kDeltaMax = 20;  // AIO_PRIO_DELTA_MAX
  if (reqprio <= 0) {
    return 0;
  }
  const int from = level_of_thread();
  if (from == kBelowAll) {
    return 0;
  }
  const int steps = ((kLowest - from) * std::min(reqprio, kDeltaMax) + kDeltaMax - 1) / kDeltaMax;
  return static_cast<std::int16_t>(sys::io_priority(IoPriorityClass::kBestEffort, from + steps));
}

}  // namespace aiox::io
