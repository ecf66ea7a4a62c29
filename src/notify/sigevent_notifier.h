// SPDX-License-Identifier: MIT
//
// Notification by sigevent, as POSIX has it.
#pragma once

#include <atomic>

#include "notify/callback_threads.h"
#include "notify/kept_notices.h"
#include "notify/notifier.h"
#include "notify/retry_thread.h"
#include "request/notice.h"
#include "sys/config.h"

namespace aiox::notify {

/// Signals and callback threads. What cannot be made at once is kept, and a thread of the
/// notifier's own makes it later; it is there, too, while callbacks are outstanding, for those who
/// may tell of them and must not create a thread (see sys/signals.h).
///
/// Nothing holds up what does not need the same: signals are kept in their order, apart from
/// callbacks without attributes, which wait for any thread, and from callbacks with attributes,
/// each of which waits for its own.
class SigeventNotifier final : public Notifier, private Debtor {
 public:
  explicit SigeventNotifier(const sys::Config& config = sys::config()) noexcept
      : callbacks_(CallbackThreads::make(config)), retry_thread_(*this, config) {}

  explicit operator bool() const noexcept {
    return static_cast<bool>(store_) && callbacks_ != nullptr;
  }

  int prepare(const sigevent& event, Notice*& notice) noexcept override;
  void deliver(Notice& notice, const sys::SignalsBlocked& proof) noexcept override;
  void discard(Notice& notice) noexcept override { NoticeStore::give_back(notice); }
  void mute(bool muted) noexcept override;
  bool owes() const noexcept override { return is_in_debt() && !retry_thread_.is_running(); }
  void retry(const sys::SignalsBlocked& proof) noexcept override;

 private:
  bool is_in_debt() const noexcept override;
  bool expects_debt() const noexcept override { return store_.has_threads(); }
  bool pay(const sys::SignalsBlocked& proof) noexcept override;
  bool deliver_signal(Notice& notice, const sys::SignalsBlocked& proof) noexcept;
  bool deliver_callback(Notice& notice, const sys::SignalsBlocked& proof) noexcept;
  bool make_signal(Notice& notice) noexcept;
  bool make_callback(Notice& notice, const sys::SignalsBlocked& proof) noexcept;

  NoticeStore store_;
  KeptNotices signals_;
  KeptNotices with_attributes_;
  const CallbackThreads::Pointer callbacks_;
  std::atomic<bool> muted_ = false;  // relaxed: a flag by itself
  RetryThread retry_thread_;         // the last one: its end comes before that of the others
};

}  // namespace aiox::notify
