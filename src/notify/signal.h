// SPDX-License-Identifier: MIT
//
// SIGEV_SIGNAL and SIGEV_THREAD_ID.
#pragma once

#include "request/notice.h"

namespace aiox::notify {

/// Whether a sigevent may ask for this signal: 1 to SIGRTMAX, but for those that libc keeps for
/// itself.
bool is_valid_signal(int signo) noexcept;

/// Whether it is one of those that queue (SIGRTMIN and above): the others are pending once at most.
bool is_real_time(int signo) noexcept;

/// Whether `thread` is a thread of this process.
bool is_own_thread(pid_t thread) noexcept;

/// Queues the signal to the process or the thread, with si_code SI_ASYNCIO, si_value as given, and
/// the process's own si_pid and si_uid. False when the queue has no room now (RLIMIT_SIGPENDING);
/// a thread that has ended meanwhile has nobody to be told, which counts as done. In a sandbox that
/// forbids it the signal comes without its value.
/// Source: rt_sigqueueinfo(2).
[[nodiscard]] bool queue_signal(const Notice& notice) noexcept;

}  // namespace aiox::notify
