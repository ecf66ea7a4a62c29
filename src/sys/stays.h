// SPDX-License-Identifier: MIT
//
// Whether a thread has been inside something for long.
//
// Who enters is counted by the period of the clock in which it does. So somebody is always inside
// of something that many do all the time, and still no one of them for long. There are eight
// counts, for the periods in turn: a long stay is taken for a new one while its own comes round
// again, two periods in eight.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "sys/clock.h"

namespace aiox::sys {

class Stays {
 public:
  /// Longer than a thread that could run has to wait for a processor, as a rule.
  static constexpr Nanoseconds kPeriod = 100 * kNanosecondsPerMillisecond;

  /// Whether somebody has been inside for longer than a period. One of more than two is found, if
  /// not at the first look, then when another two have passed.
  bool any_is_long() const noexcept {
    const std::size_t current = current_slot();
    for (std::size_t age = 2; age < kSlots; ++age) {
      if (inside_[(current + kSlots - age) % kSlots].load(std::memory_order_relaxed) > 0) {
        return true;
      }
    }
    return false;
  }

 private:
  friend class Stay;

  static constexpr std::size_t kSlots = 8;

  static std::size_t current_slot() noexcept {
    return static_cast<std::size_t>(monotonic_now() / kPeriod) % kSlots;
  }

  std::array<std::atomic<int>, kSlots> inside_{};  // relaxed: numbers by themselves
};

/// While one lives, its thread is inside.
class Stay {
 public:
  explicit Stay(Stays& stays) noexcept : inside_(stays.inside_[Stays::current_slot()]) {
    inside_.fetch_add(1, std::memory_order_relaxed);
  }
  ~Stay() { inside_.fetch_sub(1, std::memory_order_relaxed); }

  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

 private:
  std::atomic<int>& inside_;
};

}  // namespace aiox::sys
