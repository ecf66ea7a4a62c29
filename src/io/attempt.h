// SPDX-License-Identifier: MIT
//
// One try without waiting.
#pragma once

#include "io/backend.h"

namespace aiox::io {

/// Backend::attempt() by the kernel's non-blocking calls: recv() and send() with MSG_DONTWAIT on
/// sockets, preadv2() and pwritev2() with RWF_NOWAIT elsewhere, vmsplice() to read a FIFO. What
/// knows none of them (inotify; the writing of an eventfd, of a FIFO, and of a pipe before Linux
/// 6.4) gives kCannot, and so do all character devices.
Attempt attempt_now(const Operation& operation, const sys::SignalsBlocked& proof) noexcept;

}  // namespace aiox::io
