// SPDX-License-Identifier: MIT
#include "notify/sigevent_notifier.h"

#include <cerrno>

#include "notify/callback.h"
#include "notify/signal.h"

namespace aiox::notify {
namespace {

// SIGEV_THREAD_ID's thread; older C libraries have no public name for the field.
pid_t thread_of(const sigevent& event) noexcept { return event._sigev_un._tid; }

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
  notice = store_.take();
  if (notice == nullptr) {
    return EAGAIN;
  }
  notice->value = event.sigev_value;
  switch (event.sigev_notify) {
    case SIGEV_THREAD:
      notice->kind = Notice::Kind::kThread;
      notice->function = event.sigev_notify_function;
      notice->attributes = event.sigev_notify_attributes;
      break;
    case SIGEV_THREAD_ID:
      notice->kind = Notice::Kind::kThreadSignal;
      notice->signo = event.sigev_signo;
      notice->thread = thread_of(event);
      break;
    default:
      notice->kind = Notice::Kind::kSignal;
      notice->signo = event.sigev_signo;
      break;
  }
  return 0;
}

void SigeventNotifier::deliver(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
  if (muted_.load(std::memory_order_relaxed)) {
    discard(notice);
    return;
  }
  Queue& queue = queue_of(notice);
  if (queue.length.load(std::memory_order_relaxed) != 0 || !make(notice, proof)) {
    keep(queue, notice, proof);
  }
}

bool SigeventNotifier::make(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
  if (notice.kind == Notice::Kind::kThread) {
    return start_callback(notice, proof);
  }
  if (!queue_signal(notice)) {
    return false;
  }
  NoticeStore::give_back(notice);
  return true;
}

void SigeventNotifier::keep(Queue& queue, Notice& notice,
                            const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(queue.mutex, proof);
  notice.next = nullptr;
  (queue.last != nullptr ? queue.last->next : queue.first) = &notice;
  queue.last = &notice;
  queue.length.fetch_add(1, std::memory_order_relaxed);
}

bool SigeventNotifier::owes() const noexcept {
  return kept_[0].length.load(std::memory_order_relaxed) +
             kept_[1].length.load(std::memory_order_relaxed) !=
         0;
}

void SigeventNotifier::retry(const sys::SignalsBlocked& proof) noexcept {
  for (Queue& queue : kept_) {
    if (queue.length.load(std::memory_order_relaxed) != 0) {
      retry(queue, proof);
    }
  }
}

void SigeventNotifier::retry(Queue& queue, const sys::SignalsBlocked& proof) noexcept {
  for (bool made = true; made;) {
    Notice* notice = nullptr;
    {
      sys::MutexLock lock(queue.mutex, proof);
      if (queue.being_made || queue.first == nullptr) {
        return;
      }
      notice = queue.first;
      queue.first = notice->next;
      queue.last = queue.first != nullptr ? queue.last : nullptr;
      queue.being_made = true;  // it still counts in `length`, so nothing overtakes it
    }
    made = make(*notice, proof);
    sys::MutexLock lock(queue.mutex, proof);
    queue.being_made = false;
    if (made) {
      queue.length.fetch_sub(1, std::memory_order_relaxed);
    } else {
      notice->next = queue.first;
      queue.first = notice;
      queue.last = queue.last != nullptr ? queue.last : notice;
    }
  }
}

}  // namespace aiox::notify
