// SPDX-License-Identifier: MIT
//
// The library's one lock.
#pragma once

#include "sys/futex.h"
#include "sys/signals.h"
#include "sys/thread_annotations.h"

namespace aiox::sys {

/// A futex lock for short critical sections: no blocking call, no allocation, no user code and no
/// thread creation happens under it (invariant 5). Taking it needs proof that signals are blocked
/// (invariant 4). All-zero bytes are an unlocked mutex.
class AIOX_CAPABILITY("mutex") Mutex {
 public:
  constexpr Mutex() noexcept = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock(const SignalsBlocked& /*proof*/) noexcept AIOX_ACQUIRE() {
    std::uint32_t expected = kFree;
    // acquire: pairs with the release in unlock(); what the last holder wrote is visible.
    if (word_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire)) {
      return;
    }
    while (word_.exchange(kContended, std::memory_order_acquire) != kFree) {
      futex_wait(word_, kContended, kForever);
    }
  }

  void unlock() noexcept AIOX_RELEASE() {
    // release: pairs with the acquire in lock().
    if (word_.exchange(kFree, std::memory_order_release) == kContended) {
      futex_wake(word_, 1);
    }
  }

 private:
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kHeld = 1;
  static constexpr std::uint32_t kContended = 2;  // held, and somebody may sleep on it

  FutexWord word_{kFree};
};

/// Holds a Mutex for a scope.
class AIOX_SCOPED_CAPABILITY MutexLock {
 public:
  MutexLock(Mutex& mutex, const SignalsBlocked& proof) noexcept AIOX_ACQUIRE(mutex)
      : mutex_(mutex) {
    mutex_.lock(proof);
  }
  ~MutexLock() AIOX_RELEASE() { mutex_.unlock(); }

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace aiox::sys
