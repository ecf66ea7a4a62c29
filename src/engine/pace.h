// SPDX-License-Identifier: MIT
//
// Whether the requests that workers serve are over quickly: bound by the processor, as a write to
// the page cache is, where more servers at once only get into each other's way.
//
// A guess, and nothing but speed rests on it: a score of what was served last. Servers that are in
// each other's way are slow, too, so now and then it is tried whether one alone is quick. What
// began before does not count then.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "sys/clock.h"
#include "sys/spin.h"

namespace aiox {

class Pace {
 public:
  static constexpr int kBest = 32;                    // brisk from here on
  static constexpr int kSlowCosts = 4;                // and no longer when these have used it up
  static constexpr std::uint32_t kTrialEvery = 8192;  // requests: a trial costs some 8 slow ones

  static bool is_quick(sys::Nanoseconds duration) noexcept { return duration < sys::kSpinTime; }

  bool is_brisk() const noexcept { return (state_.load(std::memory_order_relaxed) & kBrisk) != 0; }

  /// Counts a request that was served from `begin` to `end`. Whether the pace was brisk until now,
  /// and is no longer.
  bool count(sys::Nanoseconds begin, sys::Nanoseconds end) noexcept {
    const int state = state_.load(std::memory_order_relaxed);
    const bool was_brisk = (state & kBrisk) != 0;
    const int before = state & ~kBrisk;
    if (served_.fetch_add(1, std::memory_order_relaxed) % kTrialEvery == kTrialEvery - 1 &&
        !was_brisk) {
      since_.store(end, std::memory_order_relaxed);
      become(kBest, was_brisk);
      return false;
    }
    if (is_quick(end - begin)) {
      if (before < kBest) {
        become(before + 1, was_brisk);
      }
      return false;
    }
    if (before > 0 && begin > since_.load(std::memory_order_relaxed)) {
      become(std::max(before - kSlowCosts, 0), was_brisk);
    }
    return was_brisk && !is_brisk();
  }

 private:
  static constexpr int kBrisk = 2 * kBest;

  void become(int score, bool was_brisk) noexcept {
    const bool is_brisk = score == kBest || (was_brisk && score != 0);
    state_.store(score | (is_brisk ? kBrisk : 0), std::memory_order_relaxed);
  }

  // relaxed all through: updates that get lost in a race are as good as any others.
  std::atomic<int> state_ = 0;  // the score and kBrisk, in one: no race takes them apart
  std::atomic<std::uint32_t> served_ = 0;
  std::atomic<sys::Nanoseconds> since_ = 0;
};

}  // namespace aiox
