// SPDX-License-Identifier: MIT
//
// Time as nanoseconds of CLOCK_MONOTONIC, the clock that aio_suspend() is specified on.
#pragma once

#include <time.h>

#include <cstdint>
#include <limits>

namespace aiox::sys {

using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds kNanosecondsPerSecond = 1'000'000'000;
inline constexpr Nanoseconds kNanosecondsPerMillisecond = 1'000'000;

/// A deadline that never comes (292 years after boot).
inline constexpr Nanoseconds kForever = std::numeric_limits<Nanoseconds>::max();

inline Nanoseconds monotonic_now() noexcept {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNanosecondsPerSecond + now.tv_nsec;
}

/// The deadline `duration` from now; kForever where the sum does not fit.
/// Requires 0 <= tv_nsec < 1e9. A negative duration gives a deadline in the past.
inline Nanoseconds deadline_after(const timespec& duration) noexcept {
  if (duration.tv_sec < 0) {
    return 0;
  }
  Nanoseconds span = 0;
  Nanoseconds deadline = 0;
  if (__builtin_mul_overflow(Nanoseconds{duration.tv_sec}, kNanosecondsPerSecond, &span) ||
      __builtin_add_overflow(span, duration.tv_nsec, &span) ||
      __builtin_add_overflow(span, monotonic_now(), &deadline)) {
    return kForever;
  }
  return deadline;
}

inline timespec to_timespec(Nanoseconds time) noexcept {
  return {.tv_sec = time / kNanosecondsPerSecond, .tv_nsec = time % kNanosecondsPerSecond};
}

}  // namespace aiox::sys
