// SPDX-License-Identifier: MIT
//
// A clock for what is done many times a microsecond: it costs a tenth of clock_gettime(), and its
// unit is no certain one.
#pragma once

#include <cstdint>

#include "sys/clock.h"

namespace aiox::sys {

/// Some ticks in a nanosecond, one to five.
inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return static_cast<std::uint64_t>(monotonic_now());
#endif
}

}  // namespace aiox::sys
