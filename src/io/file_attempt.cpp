// SPDX-License-Identifier: MIT
#include "io/file_attempt.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file_size_limit.h"

namespace aiox::io {
namespace {

// Raw calls, as libc's would act on a cancellation. A 64-bit offset is one register here.
static_assert(sizeof(long) == sizeof(off_t));

ssize_t read_cached(const Operation& operation) noexcept {
  const iovec span{.iov_base = operation.buffer, .iov_len = operation.nbytes};
  return ::syscall(SYS_preadv2, operation.fildes, &span, 1, operation.offset, 0, RWF_NOWAIT);
}

ssize_t read_memory(const Operation& operation) noexcept {
  return ::syscall(SYS_pread64, operation.fildes, operation.buffer, operation.nbytes,
                   operation.offset);
}

// Where the write begins the kernel knows: with O_APPEND, at the file's end.
bool could_raise_a_signal() noexcept { return sys::file_size_limit() != RLIM_INFINITY; }

ssize_t write_memory(const Operation& operation) noexcept {
  if (could_raise_a_signal()) {
    errno = EFBIG;
    return -1;
  }
  return ::syscall(SYS_pwrite64, operation.fildes, operation.buffer, operation.nbytes,
                   operation.offset);
}

ssize_t attempt_once(const Operation& operation, Shortcut shortcut) noexcept {
  if (operation.opcode == Opcode::kWrite) {
    return write_memory(operation);
  }
  return shortcut == Shortcut::kMemory ? read_memory(operation) : read_cached(operation);
}

}  // namespace

Attempt attempt_file_now(const Operation& operation, Shortcut shortcut) noexcept {
  Operation rest = operation;
  for (;;) {
    const ssize_t count = attempt_once(rest, shortcut);
    const auto moved = static_cast<ssize_t>(operation.nbytes - rest.nbytes);
    if (count == static_cast<ssize_t>(rest.nbytes) || count == 0) {
      return {.outcome = Attempt::Outcome::kDone, .result = Result::success(moved + count)};
    }
    if (count == -1) {
      const bool is_there = errno == EAGAIN || errno == EINTR || moved != 0;
      return {.outcome = is_there ? Attempt::Outcome::kNotReady : Attempt::Outcome::kCannot,
              .result = {.value = moved, .error = errno}};
    }
    // What a file in memory does not take, it has no room for: the rest would only say so.
    if (operation.opcode == Opcode::kWrite) {
      return {.outcome = Attempt::Outcome::kDone, .result = Result::success(count)};
    }
    rest.buffer = static_cast<char*>(rest.buffer) + count;
    rest.nbytes -= static_cast<std::size_t>(count);
    rest.offset += count;
  }
}

}  // namespace aiox::io
