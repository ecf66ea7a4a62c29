// SPDX-License-Identifier: MIT
//
// Assertions of the library's invariants. They cite the invariant's number in docs/design.md
// and are compiled in where AIOX_ASSERTS is defined (every preset but release and coverage): a
// preload must never abort somebody else's process.
#pragma once

#if defined(AIOX_ASSERTS)

namespace aiox::sys {

/// Writes the failed claim to standard error and traps.
[[noreturn]] void assertion_failed(const char* claim, const char* file, int line) noexcept;

}  // namespace aiox::sys

#define AIOX_ASSERT(condition)        \
  ((condition) ? static_cast<void>(0) \
               : ::aiox::sys::assertion_failed(#condition, __FILE__, __LINE__))

#else

#define AIOX_ASSERT(condition) static_cast<void>(sizeof(condition))

#endif
