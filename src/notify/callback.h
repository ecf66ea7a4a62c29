// SPDX-License-Identifier: MIT
//
// SIGEV_THREAD.
#pragma once

#include "request/notice.h"
#include "sys/signals.h"

namespace aiox::notify {

/// Starts a thread that runs the notice's function: with the given attributes, or detached and with
/// default ones. It starts with all signals blocked, so that the program's signals go to the
/// program's own threads, and is named "aiox/callback". The function may do what a thread's start
/// routine may, pthread_exit() included.
///
/// True when the thread was started: it owns the notice then. False when there cannot be one more
/// thread now. Attributes with which none can be created (a scheduling policy that takes a
/// privilege, say) do not cost the notification: the thread is created without them.
[[nodiscard]] bool start_callback(Notice& notice, const sys::SignalsBlocked& proof) noexcept;

}  // namespace aiox::notify
