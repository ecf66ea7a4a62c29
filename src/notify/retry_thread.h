// SPDX-License-Identifier: MIT
//
// The thread that makes later what could not be made at once: there while something is owed, and
// while something may come to be owed by who must not create a thread. The workers may all be
// stuck, and the program need not call again.
//
// The kernel tells nobody when the signal queue has room or when there may be one more thread. So
// the thread asks again and again: after a millisecond where the last round made something, and
// after twice as long as before where it made nothing, up to 32 ms. While nothing is owed it dozes.
//
// Nothing is left behind: who owes something has recorded it before start(), which finds the thread
// or creates it; the thread leaves, or dozes, only if it finds nothing recorded. Both are decided
// under mutex_: if the thread decided first, start() finds it gone or dozing; if start() was first,
// the thread sees what was recorded.
//
// Who only expects something counts it and then looks at is_running(), without the mutex; the
// thread first says that it is gone and then looks at the count. All four are seq_cst: one of the
// two sees the other.
//
// Where it cannot be created, is_running() stays false, and others have to retry (Notifier::owes).
// A failed attempt is told by that alone: who relied on an attempt that was under way saw false,
// too.
#pragma once

#include <cstdint>

#include "sys/config.h"
#include "sys/futex.h"
#include "sys/mutex.h"

namespace aiox::notify {

/// Who owes something.
class Debtor {
 public:
  /// Whether something is still to be made.
  virtual bool is_in_debt() const noexcept = 0;

  /// Whether that may come to be with no leave to create a thread.
  virtual bool expects_debt() const noexcept = 0;

  /// Makes what can be made now. Whether that was anything.
  virtual bool pay(const sys::SignalsBlocked& proof) noexcept = 0;

 protected:
  ~Debtor() = default;
};

class RetryThread {
 public:
  RetryThread(Debtor& debtor, const sys::Config& config) noexcept
      : debtor_(debtor), config_(config) {}

  /// Ends the thread and waits for it.
  ~RetryThread();

  RetryThread(const RetryThread&) = delete;
  RetryThread& operator=(const RetryThread&) = delete;

  /// To be called, with no lock held, after something was recorded that is owed or expected: sees
  /// to it that the thread is there, if it can be, and looks.
  void start(const sys::SignalsBlocked& proof) noexcept;

  /// Whether it is there, and will look at what was recorded before start().
  bool is_running() const noexcept { return state_.load(std::memory_order_seq_cst) == kRunning; }

 private:
  static constexpr std::uint32_t kNone = 0;
  static constexpr std::uint32_t kStarting = 1;  // somebody creates it
  static constexpr std::uint32_t kRunning = 2;

  static void* thread_main(void* self);
  void run(const sys::SignalsBlocked& proof) noexcept;
  bool leaves(bool owes) noexcept AIOX_REQUIRES(mutex_);
  void wake() noexcept AIOX_REQUIRES(mutex_);
  void set_state(std::uint32_t state) noexcept AIOX_REQUIRES(mutex_);

  Debtor& debtor_;
  const sys::Config& config_;
  sys::Mutex mutex_;                             // a leaf of the lock order
  sys::FutexWord state_{kNone};                  // written under mutex_
  sys::FutexWord calls_{0};                      // written under mutex_: ends a sleep
  bool dozing_ AIOX_GUARDED_BY(mutex_) = false;  // nothing is owed
  bool ending_ AIOX_GUARDED_BY(mutex_) = false;  // the destructor waits
};

}  // namespace aiox::notify
