// SPDX-License-Identifier: MIT
#include "io/attempt.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace aiox::io {
namespace {

// A write to a pipe without readers raises SIGPIPE in the calling thread, where it stays pending as
// all signals are blocked. One that was not there before is ours, and taken back.
class SigpipeSilenced {
 public:
  explicit SigpipeSilenced(const sys::SignalsBlocked& /*proof*/) noexcept
      : was_pending_(is_pending()) {}

  ~SigpipeSilenced() {
    const int error = errno;
    if (error == EPIPE && !was_pending_ && is_pending()) {
      sigset_t sigpipe;
      sigemptyset(&sigpipe);
      sigaddset(&sigpipe, SIGPIPE);
      constexpr timespec kNow{};
      sigtimedwait(&sigpipe, nullptr, &kNow);
    }
    errno = error;
  }

  SigpipeSilenced(const SigpipeSilenced&) = delete;
  SigpipeSilenced& operator=(const SigpipeSilenced&) = delete;

 private:
  static bool is_pending() noexcept {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
  }

  bool was_pending_;
};

ssize_t read_socket(const Operation& operation) noexcept {
  if (operation.nbytes == 0) {
    return 0;  // as read(): nothing is taken, not even a datagram
  }
  return ::recv(operation.fildes, operation.buffer, operation.nbytes, MSG_DONTWAIT);
}

ssize_t write_socket(const Operation& operation) noexcept {
  return ::send(operation.fildes, operation.buffer, operation.nbytes, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// A stream is asked at a position first, which it refuses with ESPIPE. Should the number stand for
// a regular file by now, it is served where the request says, and not at the file's own position,
// which is not ours to move.
off_t position_of(const Operation& operation) noexcept {
  return std::max<off_t>(operation.offset, 0);
}

ssize_t read_stream(const Operation& operation) noexcept {
  const iovec span{.iov_base = operation.buffer, .iov_len = operation.nbytes};
  ssize_t count = ::preadv2(operation.fildes, &span, 1, position_of(operation), RWF_NOWAIT);
  if (count == -1 && errno == ESPIPE) {
    count = ::preadv2(operation.fildes, &span, 1, -1, RWF_NOWAIT);
  }
  // A FIFO, or a pipe before Linux 6.4. This call is for pipes only, and copies when it reads.
  if (count == -1 && errno == EOPNOTSUPP && operation.kind == FileKind::kStream &&
      operation.nbytes != 0) {
    count = ::vmsplice(operation.fildes, &span, 1, SPLICE_F_NONBLOCK);
    if (count == -1 && (errno == EBADF || errno == EPERM)) {
      errno = EOPNOTSUPP;  // not a pipe, or a sandbox that does not know the call
    }
  }
  return count;
}

ssize_t write_stream(const Operation& operation, const sys::SignalsBlocked& proof) noexcept {
  const SigpipeSilenced silenced(proof);
  const iovec span{.iov_base = operation.buffer, .iov_len = operation.nbytes};
  const ssize_t count = ::pwritev2(operation.fildes, &span, 1, position_of(operation), RWF_NOWAIT);
  return count == -1 && errno == ESPIPE ? ::pwritev2(operation.fildes, &span, 1, -1, RWF_NOWAIT)
                                        : count;
}

ssize_t try_once(const Operation& operation, const sys::SignalsBlocked& proof) noexcept {
  const bool reads = operation.opcode == Opcode::kRead;
  if (operation.kind == FileKind::kSocket) {
    return reads ? read_socket(operation) : write_socket(operation);
  }
  return reads ? read_stream(operation) : write_stream(operation, proof);
}

}  // namespace

Attempt attempt_now(const Operation& operation, const sys::SignalsBlocked& proof) noexcept {
  for (;;) {
    const ssize_t count = try_once(operation, proof);
    if (count != -1) {
      return {.outcome = Attempt::Outcome::kDone, .result = Result::success(count)};
    }
    switch (errno) {
      case EINTR: continue;
      case EAGAIN: return {.outcome = Attempt::Outcome::kNotReady, .result = {}};
      case EOPNOTSUPP:
      case ENOSYS:
      case ENOTSOCK:
      case ESPIPE: return {.outcome = Attempt::Outcome::kCannot, .result = {}};
      default: return {.outcome = Attempt::Outcome::kDone, .result = Result::failure(errno)};
    }
  }
}

}  // namespace aiox::io
