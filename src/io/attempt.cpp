// SPDX-License-Identifier: MIT
#include "io/attempt.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "io/silenced_signal.h"

namespace aiox::io {
namespace {

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

// A FIFO, or a pipe before Linux 6.4. vmsplice() is for pipes only. Into which direction it moves
// the bytes the descriptor says: only where that is open for reading alone it copies what is read.
// And it knows no packets (O_DIRECT).
ssize_t read_old_pipe(const Operation& operation, const iovec& span) noexcept {
  const int flags = ::fcntl(operation.fildes, F_GETFL);
  if (flags == -1 || (flags & (O_ACCMODE | O_DIRECT)) != O_RDONLY) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return ::vmsplice(operation.fildes, &span, 1, SPLICE_F_NONBLOCK);
}

ssize_t read_stream(const Operation& operation) noexcept {
  const iovec span{.iov_base = operation.buffer, .iov_len = operation.nbytes};
  ssize_t count = ::preadv2(operation.fildes, &span, 1, position_of(operation), RWF_NOWAIT);
  if (count == -1 && errno == ESPIPE) {
    count = ::preadv2(operation.fildes, &span, 1, -1, RWF_NOWAIT);
  }
  if (count == -1 && errno == EOPNOTSUPP && operation.kind == FileKind::kPipe &&
      operation.nbytes != 0) {
    count = read_old_pipe(operation, span);
  }
  return count;
}

ssize_t write_stream(const Operation& operation, const sys::SignalsBlocked& proof) noexcept {
  const SilencedSignal silenced(SIGPIPE, EPIPE, proof);
  const iovec span{.iov_base = operation.buffer, .iov_len = operation.nbytes};
  const ssize_t count = ::pwritev2(operation.fildes, &span, 1, position_of(operation), RWF_NOWAIT);
  return count == -1 && errno == ESPIPE ? ::pwritev2(operation.fildes, &span, 1, -1, RWF_NOWAIT)
                                        : count;
}

Attempt outcome_of_socket(int error) noexcept {
  return error == ENOTSOCK
             ? Attempt{.outcome = Attempt::Outcome::kCannot, .result = {}}
             : Attempt{.outcome = Attempt::Outcome::kDone, .result = Result::failure(error)};
}

// EPERM and EBADF: a sandbox does not know the call, or the number is no pipe any more. The
// blocking call tells.
Attempt outcome_of_stream(int error) noexcept {
  switch (error) {
    case EOPNOTSUPP:
    case ENOSYS:
    case ESPIPE:
    case EPERM:
    case EBADF: return {.outcome = Attempt::Outcome::kCannot, .result = {}};
    default: return {.outcome = Attempt::Outcome::kDone, .result = Result::failure(error)};
  }
}

}  // namespace

Attempt attempt_now(const Operation& operation, const sys::SignalsBlocked& proof) noexcept {
  const bool reads = operation.opcode == Opcode::kRead;
  const bool is_socket = operation.kind == FileKind::kSocket;
  if (operation.kind == FileKind::kDevice) {
    // Of those that can, some take their time (/dev/urandom), and stop early when they had much.
    return {.outcome = Attempt::Outcome::kCannot, .result = {}};
  }
  for (;;) {
    const ssize_t count = is_socket
                              ? (reads ? read_socket(operation) : write_socket(operation))
                              : (reads ? read_stream(operation) : write_stream(operation, proof));
    if (count != -1) {
      return {.outcome = Attempt::Outcome::kDone, .result = Result::success(count)};
    }
    if (errno == EAGAIN) {
      return {.outcome = Attempt::Outcome::kNotReady, .result = {}};
    }
    if (errno != EINTR) {
      return is_socket ? outcome_of_socket(errno) : outcome_of_stream(errno);
    }
  }
}

}  // namespace aiox::io
