// SPDX-License-Identifier: MIT
//
// Notices that could not be made when their time came.
#pragma once

#include <atomic>
#include <cstddef>

#include "notify/notice_queue.h"
#include "request/notice.h"
#include "sys/mutex.h"

namespace aiox::notify {

/// The mutex is a leaf of the lock order.
class KeptNotices {
 public:
  /// Whether there is none. One that is being tried counts, so that nothing overtakes it.
  bool empty() const noexcept { return length_.load(std::memory_order_relaxed) == 0; }

  void add(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
    sys::MutexLock lock(mutex_, proof);
    queue_.push_back(notice);
    length_.fetch_add(1, std::memory_order_relaxed);
  }

  /// Makes one after the other by `make`, up to the first that says false. Several threads may try:
  /// one does, so the order is kept. Whether any was made.
  template <typename Make>
  bool make_in_order(const Make& make, const sys::SignalsBlocked& proof) noexcept {
    bool any = false;
    for (bool made = true; made && !empty();) {
      Notice* notice = nullptr;
      {
        sys::MutexLock lock(mutex_, proof);
        notice = being_made_ ? nullptr : queue_.pop_front();
        if (notice == nullptr) {
          return any;
        }
        being_made_ = true;
      }
      made = make(*notice);
      any = any || made;
      sys::MutexLock lock(mutex_, proof);
      being_made_ = false;
      if (made) {
        length_.fetch_sub(1, std::memory_order_relaxed);
      } else {
        queue_.push_front(*notice);
      }
    }
    return any;
  }

  /// Tries each once, so that one which can never be made holds up no other; gives the rest up for
  /// this time after a few failures, and goes on there the next time. Whether any was made.
  template <typename Make>
  bool make_any(const Make& make, const sys::SignalsBlocked& proof) noexcept {
    bool any = false;
    int failures = 0;
    for (std::size_t left = length_.load(std::memory_order_relaxed);
         left > 0 && failures < kFailures; --left) {
      Notice* notice = nullptr;
      {
        sys::MutexLock lock(mutex_, proof);
        notice = queue_.pop_front();
      }
      if (notice == nullptr) {
        return any;
      }
      const bool made = make(*notice);
      any = any || made;
      failures += made ? 0 : 1;
      sys::MutexLock lock(mutex_, proof);
      if (made) {
        length_.fetch_sub(1, std::memory_order_relaxed);
      } else {
        queue_.push_back(*notice);
      }
    }
    return any;
  }

 private:
  static constexpr int kFailures = 8;

  sys::Mutex mutex_;
  NoticeQueue queue_ AIOX_GUARDED_BY(mutex_);
  bool being_made_ AIOX_GUARDED_BY(mutex_) = false;  // a thread tries the first one, in order
  std::atomic<std::size_t> length_ = 0;  // written under the mutex; relaxed: a number by itself
};

}  // namespace aiox::notify
