// SPDX-License-Identifier: MIT
//
// Waiting for what has to happen. A wait has an upper bound that no healthy run comes near; a test
// that meets it ends its process, since requests may still write to the memory of its frame.
#pragma once

#include <chrono>
#include <functional>

namespace aiox::test {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitized = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kThreadSanitized = true;
#else
inline constexpr bool kThreadSanitized = false;
#endif
#else
inline constexpr bool kThreadSanitized = false;
#endif

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = kThreadSanitized;
#endif
#else
inline constexpr bool kSanitized = kThreadSanitized;
#endif

inline constexpr std::chrono::seconds kPatience{kSanitized ? 120 : 40};

/// Says what was waited for in vain, fails the test and ends the process.
[[noreturn]] void give_up(const char* what);

/// For what shows itself in no other way: looks again and again, and lets others run in between.
void wait_until(const std::function<bool()>& holds, const char* what);

}  // namespace aiox::test
