// SPDX-License-Identifier: MIT
#include "io/blocking.h"

#include <unistd.h>

#include <cerrno>

#include "io/attempt.h"
#include "io/file_attempt.h"

namespace aiox::io {
namespace {

// A file without positions ignores aio_offset, whatever stands in it, but pread() and pwrite()
// refuse a negative one before they look at the file. (One with positions is not admitted with it.)
ssize_t read_once(const Operation& operation) noexcept {
  if (operation.offset >= 0) {
    const ssize_t count =
        ::pread(operation.fildes, operation.buffer, operation.nbytes, operation.offset);
    if (count != -1 || errno != ESPIPE) {
      return count;
    }
  }
  return ::read(operation.fildes, operation.buffer, operation.nbytes);
}

ssize_t write_once(const Operation& operation) noexcept {
  if (operation.offset >= 0) {
    const ssize_t count =
        ::pwrite(operation.fildes, operation.buffer, operation.nbytes, operation.offset);
    if (count != -1 || errno != ESPIPE) {
      return count;
    }
  }
  return ::write(operation.fildes, operation.buffer, operation.nbytes);
}

ssize_t call_once(const Operation& operation) noexcept {
  switch (operation.opcode) {
    case Opcode::kRead: return read_once(operation);
    case Opcode::kWrite: return write_once(operation);
    case Opcode::kSync: return ::fsync(operation.fildes);
    case Opcode::kDataSync: return ::fdatasync(operation.fildes);
  }
  __builtin_unreachable();
}

}  // namespace

Result Blocking::perform(const Operation& operation) noexcept {
  for (;;) {
    const ssize_t count = call_once(operation);
    if (count != -1) {
      return Result::success(count);
    }
    // No handler runs here, yet a stop signal or a debugger makes some drivers return EINTR.
    if (errno != EINTR) {
      return Result::failure(errno);
    }
  }
}

Attempt Blocking::attempt(const Operation& operation, const sys::SignalsBlocked& proof) noexcept {
  return attempt_now(operation, proof);
}

Attempt Blocking::attempt_file(const Operation& operation, Shortcut shortcut) noexcept {
  return attempt_file_now(operation, shortcut);
}

}  // namespace aiox::io
