// SPDX-License-Identifier: MIT
//
// The kernel's wait and wake on a 32-bit word, futex(2). All words are private to the process.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>

#include "sys/clock.h"

namespace aiox::sys {

using FutexWord = std::atomic<std::uint32_t>;
static_assert(sizeof(FutexWord) == 4 && FutexWord::is_always_lock_free);

/// Sleeps while `word` holds `expected`, until woken, interrupted or `deadline` on
/// CLOCK_MONOTONIC. Returns 0 (woken, or for no reason: look again), EAGAIN (the word had changed
/// already), EINTR or ETIMEDOUT.
///
/// kForever is no deadline to the kernel: it restarts such a wait after a handler installed with
/// SA_RESTART, as POSIX asks of aio_suspend() and lio_listio(). A wait with a deadline it does not.
///
/// Not noexcept and without clean-up, since a thread cancellation may unwind out of it.
inline int futex_wait(const FutexWord& word, std::uint32_t expected, Nanoseconds deadline) {
  const timespec until = to_timespec(deadline);
  const long result =
      ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected,
                deadline == kForever ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
  return result == 0 ? 0 : errno;
}

/// Wakes up to `count` sleepers on `word`. The word's memory may be gone already: the address
/// alone is used, and a wake that meets somebody else's wait is one of those for no reason.
inline void futex_wake(const FutexWord& word, int count = INT_MAX) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, nullptr, nullptr, 0);
}

}  // namespace aiox::sys
