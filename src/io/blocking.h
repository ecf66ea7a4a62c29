// SPDX-License-Identifier: MIT
//
// The plain way: the blocking system call.
#pragma once

#include "io/backend.h"

namespace aiox::io {

/// pread(), pwrite(), fsync() and fdatasync(); read() and write() where a file has no position.
///
/// Signals that a write can raise (SIGPIPE, SIGXFSZ) go to the calling thread, a worker that has
/// them blocked: the program sees EPIPE or EFBIG as the status and nothing else.
class Blocking final : public Backend {
 public:
  Result perform(const Operation& operation) noexcept override;
};

}  // namespace aiox::io
