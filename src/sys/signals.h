// SPDX-License-Identifier: MIT
//
// Blocking all signals of the calling thread, as a value that can be handed on.
#pragma once

#include <pthread.h>
#include <signal.h>

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

  /// Whether a signal is due when this one ends.
  bool is_signal_due() const noexcept {
    return is_any_due([](int /*signo*/) { return true; });
  }

  /// Whether a handler is due, when this one ends, that ends a wait: one without SA_RESTART.
  bool is_interruption_due() const noexcept {
    return is_any_due([](int signo) {
      struct sigaction action {};
      return ::sigaction(signo, nullptr, &action) == 0 && action.sa_handler != SIG_DFL &&
             action.sa_handler != SIG_IGN && (action.sa_flags & SA_RESTART) == 0;
    });
  }

  bool may_create_threads() const noexcept { return may_create_threads_; }

 private:
  template <typename Matters>
  bool is_any_due(const Matters& matters) const noexcept {
    sigset_t due;
    bool is_due = false;
    for (int signo = ::sigpending(&due) == 0 ? 1 : NSIG; signo < NSIG && !is_due; ++signo) {
      is_due = sigismember(&due, signo) == 1 && sigismember(&before_, signo) == 0 && matters(signo);
    }
    return is_due;
  }

  CancellationDisabled whole_;
  sigset_t before_;
  const bool may_create_threads_;
};

}  // namespace aiox::sys
