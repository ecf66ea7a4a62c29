// SPDX-License-Identifier: MIT
//
// The contract between the engine and whatever moves bytes.
#pragma once

#include "request/operation.h"

namespace aiox::io {

/// Carries out operations on behalf of a worker.
class Backend {
 public:
  /// Does `operation` as the blocking system call on that descriptor would, and returns its result.
  ///
  /// May block for as long as the descriptor makes it. Called by a worker that holds no lock and
  /// has all signals blocked, by any number of workers at the same time, also for the same
  /// descriptor. Must not touch the aiocb, only what `operation` points to, and that not after it
  /// returned.
  virtual Result perform(const Operation& operation) noexcept = 0;

 protected:
  ~Backend() = default;
};

}  // namespace aiox::io
