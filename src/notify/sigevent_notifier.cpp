// SPDX-License-Identifier: MIT
#include "notify/sigevent_notifier.h"

#include <cerrno>

#include "notify/callback.h"
#include "notify/signal.h"

namespace aiox::notify {
namespace {

// SIGEV_THREAD_ID's thread; older C libraries have no public name for the field.
pid_t thread_of(const sigevent& event) noexcept { return event._sigev_un._tid; }

Notice::Kind kind_of(const sigevent& event) noexcept {
  switch (event.sigev_notify) {
    case SIGEV_THREAD: return Notice::Kind::kThread;
    case SIGEV_THREAD_ID: return Notice::Kind::kThreadSignal;
    default: return Notice::Kind::kSignal;
  }
}

// 0 with `tells` false is the sigevent of a zeroed aiocb: no notification and no error.
int check(const sigevent& event, bool& tells) noexcept {
  tells = true;
  switch (event.sigev_notify) {
    case SIGEV_NONE: tells = false; return 0;
    case SIGEV_SIGNAL:
      tells = event.sigev_signo != 0;
      return !tells || is_valid_signal(event.sigev_signo) ? 0 : EINVAL;
    case SIGEV_THREAD: return event.sigev_notify_function != nullptr ? 0 : EINVAL;
    case SIGEV_THREAD_ID:
      return is_valid_signal(event.sigev_signo) && is_own_thread(thread_of(event)) ? 0 : EINVAL;
    default: return EINVAL;
  }
}

}  // namespace

int SigeventNotifier::prepare(const sigevent& event, Notice*& notice) noexcept {
  notice = nullptr;
  bool tells = false;
  if (const int error = check(event, tells); error != 0 || !tells) {
    return error;
  }
  notice = store_.take(kind_of(event));
  if (notice == nullptr) {
    return EAGAIN;
  }
  notice->value = event.sigev_value;
  switch (notice->kind) {
    case Notice::Kind::kThread:
      notice->function = event.sigev_notify_function;
      notice->attributes = event.sigev_notify_attributes;
      // Who closes the descriptor may have to tell of this, and must not create a thread for it.
      if (!retry_thread_.is_running()) {
        const sys::SignalsBlocked proof;
        retry_thread_.start(proof);
      }
      break;
    case Notice::Kind::kThreadSignal:
      notice->signo = event.sigev_signo;
      notice->thread = thread_of(event);
      break;
    case Notice::Kind::kSignal: notice->signo = event.sigev_signo; break;
  }
  return 0;
}

void SigeventNotifier::mute(bool muted) noexcept {
  muted_.store(muted, std::memory_order_relaxed);
  const sys::SignalsBlocked proof;
  if (muted) {
    callbacks_->end(proof);
  } else {
    callbacks_->begin(proof);
  }
}

void SigeventNotifier::deliver(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
  const bool made = notice.kind == Notice::Kind::kThread ? deliver_callback(notice, proof)
                                                         : deliver_signal(notice, proof);
  if (!made) {
    retry_thread_.start(proof);
  }
}

// False, here and in deliver_callback(): it is kept.
bool SigeventNotifier::deliver_signal(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
  // The kernel refuses only real-time signals. It drops the others, or what they carry.
  if ((!is_real_time(notice.signo) || signals_.empty()) && make_signal(notice)) {
    return true;
  }
  signals_.add(notice, proof);
  return false;
}

bool SigeventNotifier::deliver_callback(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
  if (make_callback(notice, proof)) {
    return !callbacks_->owes();
  }
  with_attributes_.add(notice, proof);
  return false;
}

bool SigeventNotifier::make_signal(Notice& notice) noexcept {
  if (!muted_.load(std::memory_order_relaxed) && !queue_signal(notice)) {
    return false;
  }
  NoticeStore::give_back(notice);
  return true;
}

// False where there can be no thread with the notice's attributes now. Those with which there can
// never be one do not cost the notification: it comes without them.
bool SigeventNotifier::make_callback(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
  if (muted_.load(std::memory_order_relaxed)) {
    NoticeStore::give_back(notice);
    return true;
  }
  const int error = notice.attributes != nullptr ? call_in_own_thread(notice, proof) : EINVAL;
  if (error != 0 && error != EAGAIN) {
    callbacks_->deliver(notice, proof);
  }
  return error != EAGAIN;
}

bool SigeventNotifier::is_in_debt() const noexcept {
  return !signals_.empty() || !with_attributes_.empty() || callbacks_->owes();
}

bool SigeventNotifier::pay(const sys::SignalsBlocked& proof) noexcept {
  const bool signals =
      signals_.make_in_order([&](Notice& notice) { return make_signal(notice); }, proof);
  const bool with_attributes = with_attributes_.make_any(
      [&](Notice& notice) { return make_callback(notice, proof); }, proof);
  return callbacks_->retry(proof) || signals || with_attributes;
}

void SigeventNotifier::retry(const sys::SignalsBlocked& proof) noexcept {
  pay(proof);
  // Where callbacks are still owed there was no thread to be had a moment ago.
  if (!signals_.empty() && with_attributes_.empty() && !callbacks_->owes()) {
    retry_thread_.start(proof);
  }
}

}  // namespace aiox::notify
