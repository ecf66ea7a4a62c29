// SPDX-License-Identifier: MIT
#include "notify/retry_thread.h"

#include <algorithm>

#include "sys/clock.h"
#include "sys/thread.h"

namespace aiox::notify {
namespace {

constexpr sys::Nanoseconds kShortest = 1 * sys::kNanosecondsPerMillisecond;
constexpr sys::Nanoseconds kLongest = 32 * sys::kNanosecondsPerMillisecond;

}  // namespace

RetryThread::~RetryThread() {
  const sys::SignalsBlocked proof;
  for (;;) {
    std::uint32_t state = kNone;
    {
      sys::MutexLock lock(mutex_, proof);
      ending_.store(1, std::memory_order_relaxed);
      state = state_.load(std::memory_order_relaxed);
    }
    if (state == kNone) {
      return;
    }
    sys::futex_wake(ending_);
    sys::futex_wait(state_, state, sys::kForever);
  }
}

void RetryThread::start(const sys::SignalsBlocked& proof) noexcept {
  {
    sys::MutexLock lock(mutex_, proof);
    if (state_.load(std::memory_order_relaxed) != kNone) {
      return;
    }
    set_state(kStarting);
  }
  if (sys::start_thread(thread_main, this, proof) != 0) {
    sys::MutexLock lock(mutex_, proof);
    set_state(kNone);
  }
}

void* RetryThread::thread_main(void* self) {
  sys::name_thread("notifier");
  const sys::SignalsBlocked proof;
  static_cast<RetryThread*>(self)->run(proof);
  return nullptr;
}

void RetryThread::run(const sys::SignalsBlocked& proof) noexcept {
  {
    sys::MutexLock lock(mutex_, proof);
    set_state(kRunning);
  }
  sys::Nanoseconds pause = kShortest;
  for (;;) {
    pause = debtor_.pay(proof) ? kShortest : std::min(2 * pause, kLongest);
    if (leave(proof)) {
      return;
    }
    sys::futex_wait(ending_, 0, sys::monotonic_now() + pause);
  }
}

// True: this may be gone already.
bool RetryThread::leave(const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(mutex_, proof);
  if (debtor_.is_in_debt() && ending_.load(std::memory_order_relaxed) == 0) {
    return false;
  }
  set_state(kNone);
  return true;
}

void RetryThread::set_state(std::uint32_t state) noexcept {
  state_.store(state, std::memory_order_relaxed);
  sys::futex_wake(state_);
}

}  // namespace aiox::notify
