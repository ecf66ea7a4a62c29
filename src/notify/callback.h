// SPDX-License-Identifier: MIT
//
// SIGEV_THREAD: the call of the program's function, and the thread that it asked for.
#pragma once

#include "request/notice.h"
#include "sys/signals.h"

namespace aiox::notify {

/// Calls the notice's function, which may do what a thread's start routine may: pthread_exit() and
/// cancellation unwind through here, so it is not noexcept and has nothing to destroy. The notice
/// has been returned by then.
void call(Notice& notice);

/// Starts a thread with the notice's attributes that calls its function. It has all signals blocked
/// from the start, so that the program's signals go to the program's own threads, and is named
/// "aiox/callback".
///
/// Returns 0, and the thread owns the notice; EAGAIN where there cannot be one more such thread
/// now, or the caller may create none; another error where there can be none with these attributes
/// (a scheduling policy that takes a privilege, say).
[[nodiscard]] int call_in_own_thread(Notice& notice, const sys::SignalsBlocked& proof) noexcept;

}  // namespace aiox::notify
