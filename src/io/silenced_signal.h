// SPDX-License-Identifier: MIT
//
// A signal that a write may raise in the thread that makes it, and that the program shall not see.
#pragma once

#include <signal.h>
#include <time.h>

#include <cerrno>

#include "sys/signals.h"

namespace aiox::io {

/// Around a system call that raises `signo` in the calling thread when it fails with `error`:
/// SIGPIPE with EPIPE, SIGXFSZ with EFBIG. It stays pending, as all signals are blocked; one that
/// was not there before is ours, and taken back. errno is left alone.
class SilencedSignal {
 public:
  SilencedSignal(int signo, int error, const sys::SignalsBlocked& /*proof*/) noexcept
      : signo_(signo), error_(error), was_pending_(is_pending()) {
    errno = 0;
  }

  ~SilencedSignal() {
    const int error = errno;
    if (error == error_ && !was_pending_ && is_pending()) {
      sigset_t only;
      sigemptyset(&only);
      sigaddset(&only, signo_);
      constexpr timespec kNow{};
      sigtimedwait(&only, nullptr, &kNow);
    }
    errno = error;
  }

  SilencedSignal(const SilencedSignal&) = delete;
  SilencedSignal& operator=(const SilencedSignal&) = delete;

 private:
  bool is_pending() const noexcept {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, signo_) == 1;
  }

  const int signo_;
  const int error_;
  const bool was_pending_;
};

}  // namespace aiox::io
