// SPDX-License-Identifier: MIT
//
// Blocking all signals of the calling thread, as a value that can be handed on.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace aiox::sys {

/// While one lives, the calling thread cannot be cancelled.
class CancellationDisabled {
 public:
  CancellationDisabled() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~CancellationDisabled() { pthread_setcancelstate(before_, nullptr); }

  CancellationDisabled(const CancellationDisabled&) = delete;
  CancellationDisabled& operator=(const CancellationDisabled&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

/// While one lives, no signal handler runs on this thread, and it cannot be cancelled: several of
/// libc's calls that the library makes would act on a cancellation, in the middle of our work.
///
/// It is the key to every lock of the library (see sys/mutex.h): whoever holds a lock has all
/// signals blocked, so a handler can never find a lock held by the very thread that it
/// interrupted. That is what lets close(), which POSIX allows in handlers, take them (invariant 4).
///
/// pthread_sigmask() leaves the two signals alone that libc needs for itself (cancellation,
/// setuid).
///
/// It also says whether its bearer may create threads. Who closes a descriptor may not: its thread
/// may be in a handler that has interrupted malloc(), fork() or pthread_create() itself, whose
/// locks pthread_create() waits for.
class SignalsBlocked {
 public:
  enum class Threads : bool { kMayBeCreated, kAreForbidden };

  SignalsBlocked() noexcept : SignalsBlocked(Threads::kMayBeCreated) {}
  explicit SignalsBlocked(Threads threads) noexcept
      : may_create_threads_(threads == Threads::kMayBeCreated) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  /// Has the handlers run of the signals that have come since, and says whether there was one.
  /// Where that is forbidden they have to wait.
  bool let_through() const noexcept {
    timespec none{};
    // The kernel's mask is shorter than libc's.
    return ::syscall(SYS_ppoll, nullptr, 0, &none, &before_, kKernelMaskSize) == -1 &&
           errno == EINTR;
  }

  bool may_create_threads() const noexcept { return may_create_threads_; }

 private:
  static constexpr std::size_t kKernelMaskSize = 8;

  CancellationDisabled whole_;
  sigset_t before_;
  const bool may_create_threads_;
};

}  // namespace aiox::sys
