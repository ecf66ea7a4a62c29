// SPDX-License-Identifier: MIT
//
// Notification by sigevent, as POSIX has it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "notify/notifier.h"
#include "request/notice.h"
#include "sys/mutex.h"

namespace aiox::notify {

/// Signals and callback threads. Each of the two has a queue of what could not be made yet, so
/// neither holds up the other; while something is in a queue, what follows goes behind it.
class SigeventNotifier final : public Notifier {
 public:
  explicit operator bool() const noexcept { return static_cast<bool>(store_); }

  int prepare(const sigevent& event, Notice*& notice) noexcept override;
  void deliver(Notice& notice, const sys::SignalsBlocked& proof) noexcept override;
  void discard(Notice& notice) noexcept override { NoticeStore::give_back(notice); }
  void mute() noexcept override { muted_.store(true, std::memory_order_relaxed); }
  bool owes() const noexcept override;
  void retry(const sys::SignalsBlocked& proof) noexcept override;

 private:
  struct Queue {
    sys::Mutex mutex;
    Notice* first AIOX_GUARDED_BY(mutex) = nullptr;
    Notice* last AIOX_GUARDED_BY(mutex) = nullptr;
    bool being_made AIOX_GUARDED_BY(mutex) = false;  // a thread tries the first one
    std::atomic<std::size_t> length = 0;             // written under the mutex, read without
  };

  static bool make(Notice& notice, const sys::SignalsBlocked& proof) noexcept;
  static void keep(Queue& queue, Notice& notice, const sys::SignalsBlocked& proof) noexcept;
  static void retry(Queue& queue, const sys::SignalsBlocked& proof) noexcept;
  Queue& queue_of(const Notice& notice) noexcept {
    return kept_[notice.kind == Notice::Kind::kThread ? 1 : 0];
  }

  NoticeStore store_;
  std::array<Queue, 2> kept_;
  std::atomic<bool> muted_ = false;  // relaxed: a flag by itself
};

}  // namespace aiox::notify
