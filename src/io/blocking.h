// SPDX-License-Identifier: MIT
//
// The kernel's own calls: the blocking one, and one try without waiting.
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
  Attempt attempt(const Operation& operation, const sys::SignalsBlocked& proof) noexcept override;
  Attempt attempt_file(const Operation& operation, Shortcut shortcut) noexcept override;
};

}  // namespace aiox::io
