// SPDX-License-Identifier: MIT
//
// Starting and naming the library's own threads.
#pragma once

#include "sys/signals.h"

namespace aiox::sys {

/// Starts a detached thread with a small stack: 64 KiB beyond the process's static TLS, which
/// glibc takes out of a thread's stack. The thread inherits the blocked signals of its creator,
/// so there is no instruction in it at which a handler of the program could run (invariant 7).
///
/// Returns 0 or pthread_create()'s error, EAGAIN as a rule, and where the caller may create none.
/// Blocks for some 20 us; call it with no lock held.
[[nodiscard]] int start_thread(void* (*entry)(void*), void* argument,
                               const SignalsBlocked& proof) noexcept;

/// Names the calling thread "aiox/<role>" or, with a number, "aiox/<role>-<number>". The kernel
/// keeps 15 characters.
void name_thread(const char* role) noexcept;
void name_thread(const char* role, unsigned number) noexcept;

}  // namespace aiox::sys
