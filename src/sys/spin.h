// SPDX-License-Identifier: MIT
//
// Waiting on a processor, for what another processor is about to do.
#pragma once

#include <sched.h>

#include <cstdint>

#include "sys/clock.h"

namespace aiox::sys {

/// How long it is worth it: about what it costs to put a thread to sleep and to wake it.
inline constexpr Nanoseconds kSpinTime = 20'000;

/// The number of processors that the calling thread may run on. On one alone, who spins keeps off
/// whom it waits for. A system call.
inline int usable_processors() noexcept {
  constexpr int kMany = 1024;  // too many for the set
  cpu_set_t processors;
  return ::sched_getaffinity(0, sizeof processors, &processors) == -1 ? kMany
                                                                      : CPU_COUNT(&processors);
}

/// Whether to spin: as long as it has not been in vain too often in a row, and then now and then.
class SpinPatience {
 public:
  bool allows() noexcept { return left_ != 0 || (++asked_ & kNowAndThen) == 0; }
  void note(bool was_worth_it) noexcept {
    left_ = was_worth_it ? kMost : static_cast<std::int8_t>(left_ > 0 ? left_ - 1 : 0);
  }

 private:
  static constexpr std::int8_t kMost = 8;
  static constexpr std::uint8_t kNowAndThen = 64 - 1;
  std::int8_t left_ = kMost;
  std::uint8_t asked_ = 0;
};

/// Looks again and again whether `holds`, for up to kSpinTime. Whether it did.
template <typename Condition>
bool spin_until(const Condition& holds) noexcept {
  for (const Nanoseconds end = monotonic_now() + kSpinTime;;) {
    for (int i = 0; i < 16; ++i) {
      if (holds()) {
        return true;
      }
      __builtin_ia32_pause();
    }
    if (monotonic_now() >= end) {
      return false;
    }
  }
}

}  // namespace aiox::sys
