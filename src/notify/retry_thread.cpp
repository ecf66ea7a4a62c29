// SPDX-License-Identifier: MIT
#include "notify/retry_thread.h"

#include <algorithm>

#include "sys/clock.h"
#include "sys/thread.h"

namespace aiox::notify {
namespace {

constexpr sys::Nanoseconds kShortest = 1 * sys::kNanosecondsPerMillisecond;
constexpr sys::Nanoseconds kLongest = 32 * sys::kNanosecondsPerMillisecond;

// Bounds of how long it takes to notice that nothing is expected any more.
constexpr sys::Nanoseconds kShortestDoze = 10 * sys::kNanosecondsPerMillisecond;
constexpr sys::Nanoseconds kLongestDoze = 1 * sys::kNanosecondsPerSecond;

}  // namespace

RetryThread::~RetryThread() {
  const sys::SignalsBlocked proof;
  for (;;) {
    std::uint32_t state = kNone;
    {
      sys::MutexLock lock(mutex_, proof);
      ending_ = true;
      wake();
      state = state_.load(std::memory_order_relaxed);
    }
    if (state == kNone) {
      return;
    }
    sys::futex_wait(state_, state, sys::kForever);
  }
}

void RetryThread::start(const sys::SignalsBlocked& proof) noexcept {
  {
    sys::MutexLock lock(mutex_, proof);
    if (state_.load(std::memory_order_relaxed) != kNone) {
      if (dozing_) {
        wake();
      }
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
    std::uint32_t seen = 0;
    {
      sys::MutexLock lock(mutex_, proof);
      const bool owes = debtor_.is_in_debt();
      if (leaves(owes)) {
        return;  // this may be gone already
      }
      dozing_ = !owes;
      pause = owes ? pause : std::clamp(config_.idle_time(), kShortestDoze, kLongestDoze);
      seen = calls_.load(std::memory_order_relaxed);
    }
    sys::futex_wait(calls_, seen, sys::monotonic_now() + pause);
  }
}

bool RetryThread::leaves(bool owes) noexcept {
  if (!ending_ && (owes || debtor_.expects_debt())) {
    return false;
  }
  set_state(kNone);
  if (ending_ || !debtor_.expects_debt()) {
    return true;
  }
  set_state(kRunning);
  return false;
}

void RetryThread::wake() noexcept {
  dozing_ = false;
  calls_.fetch_add(1, std::memory_order_relaxed);
  sys::futex_wake(calls_);
}

void RetryThread::set_state(std::uint32_t state) noexcept {
  state_.store(state, std::memory_order_seq_cst);
  sys::futex_wake(state_);
}

}  // namespace aiox::notify
