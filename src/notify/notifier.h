// SPDX-License-Identifier: MIT
//
// The contract between the engine and whatever tells the program of completions.
#pragma once

#include <signal.h>

#include "request/notice.h"
#include "sys/signals.h"

namespace aiox::notify {

/// Tells of completions. All functions may be called by several threads at once, with no lock held.
class Notifier {
 public:
  /// Checks `event` and copies it. Returns 0 with the notice (nullptr for one that tells nothing:
  /// SIGEV_NONE, or SIGEV_SIGNAL with signal 0), EINVAL, or EAGAIN without memory.
  virtual int prepare(const sigevent& event, Notice*& notice) noexcept = 0;

  /// Makes the notification, exactly once, and owns the notice from now on. What cannot be made now
  /// (no room in the signal queue, no thread) is kept and made later (invariant 1).
  /// Does not wait for anything but the creation of a thread, where the caller may create one.
  virtual void deliver(Notice& notice, const sys::SignalsBlocked& proof) noexcept = 0;

  /// Returns a notice that will not be needed.
  virtual void discard(Notice& notice) noexcept = 0;

  /// While muted nothing is told, and what was kept is dropped: the process exits.
  virtual void mute(bool muted) noexcept = 0;

  /// Whether others have to call retry() now and then: there are notifications still to be made,
  /// and the notifier could not get a thread of its own that makes them.
  virtual bool owes() const noexcept = 0;

  /// Makes what was kept, as far as it can be made now.
  virtual void retry(const sys::SignalsBlocked& proof) noexcept = 0;

 protected:
  ~Notifier() = default;
};

}  // namespace aiox::notify
