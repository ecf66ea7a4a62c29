// SPDX-License-Identifier: MIT
//
// The contract between the engine and whatever moves bytes.
#pragma once

#include "request/operation.h"
#include "sys/signals.h"

namespace aiox::io {

/// How an attempt ended.
struct Attempt {
  enum class Outcome : std::uint8_t {
    kDone,      // with `result`; a write may have moved less than all
    kNotReady,  // nothing was moved: to be tried again when the descriptor is ready
    kCannot,    // the file has no non-blocking mode: perform() has to do it
  };

  Outcome outcome;
  Result result;
};

/// Carries out operations.
class Backend {
 public:
  /// Does `operation` as the blocking system call on that descriptor would, and returns its result.
  ///
  /// May block for as long as the descriptor makes it. Called by a worker, or a closer, that holds
  /// no lock and has all signals blocked, by any number of them at the same time, also for the same
  /// descriptor. Must not touch the aiocb, only what `operation` points to, and that not after it
  /// returned.
  virtual Result perform(const Operation& operation) noexcept = 0;

  /// Tries a read or a write of a file that may wait (see may_wait()), once.
  ///
  /// Never blocks, whatever the descriptor's O_NONBLOCK says, and leaves that flag alone. Raises no
  /// signal. Called under the descriptor's lock, by the submitting thread among others.
  virtual Attempt attempt(const Operation& operation,
                          const sys::SignalsBlocked& proof) noexcept = 0;

  /// Tries a read, or a write of Shortcut::kMemory, of a file in the caller: what `shortcut` hopes
  /// to be there already. kDone: all of it, or up to the file's end. kNotReady: the first
  /// `result.value` bytes. kCannot: nothing, for `result.error`, and the hint was wrong.
  ///
  /// Waits for no device and no peer, as long as the hint is right. Raises no signal, though none
  /// is blocked, and is no cancellation point.
  virtual Attempt attempt_file(const Operation& operation, Shortcut shortcut) noexcept = 0;

 protected:
  ~Backend() = default;
};

}  // namespace aiox::io
