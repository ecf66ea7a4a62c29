// SPDX-License-Identifier: MIT
//
// What a request does, and what came of it.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace aiox {

enum class Opcode : std::uint8_t {
  kRead,
  kWrite,
  kSync,      // aio_fsync(O_SYNC): data and all metadata
  kDataSync,  // aio_fsync(O_DSYNC): data and what is needed to read them back
};

/// What a descriptor is, as far as it decides how it is served.
enum class FileKind : std::uint8_t {
  kFile,  // has positions and never waits for a peer: regular files, block devices, directories
  kSocket,
  kPipe,    // with a name (a FIFO) or without
  kDevice,  // character devices, terminals among them
  kOther,   // what has no type: eventfd, timerfd, inotify, signalfd
};

/// Whether requests on it may wait for ever, and are served in the order of the calls.
constexpr bool may_wait(FileKind kind) noexcept { return kind != FileKind::kFile; }

/// Whether what a write leaves is to be written when there is room. Elsewhere its first count is
/// the answer.
constexpr bool is_byte_stream(FileKind kind) noexcept {
  return kind == FileKind::kSocket || kind == FileKind::kPipe;
}

/// What is tried first, in the caller, on a descriptor: a hint that may be out of date.
enum class Shortcut : std::uint8_t {
  kUnknown,  // nobody has looked since the number was last closed
  kNone,
  kCached,  // reads of a file: what is in the page cache can be had without waiting
  kMemory,  // reads and writes of a file that has no device (tmpfs)
};

constexpr bool is_sync(Opcode opcode) noexcept { return opcode >= Opcode::kSync; }

/// The largest aio_reqprio: AIO_PRIO_DELTA_MAX.
inline constexpr int kReqprioMax = 20;

struct Operation {
  int fildes;
  Opcode opcode;
  FileKind kind;
  void* buffer;        // nullptr for a sync
  std::size_t nbytes;  // 0 for a sync
  off_t offset;        // ignored where the file has no position
};

/// The two statuses of POSIX: what aio_return() and aio_error() say once it is over.
struct Result {
  ssize_t value;
  int error;

  static constexpr Result success(ssize_t value) noexcept { return {.value = value, .error = 0}; }
  static constexpr Result failure(int error) noexcept { return {.value = -1, .error = error}; }
};

}  // namespace aiox
