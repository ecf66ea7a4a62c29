// SPDX-License-Identifier: MIT
#include "notify/callback_threads.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <new>

#include "notify/callback.h"
#include "sys/clock.h"
#include "sys/pages.h"
#include "sys/thread.h"

namespace aiox::notify {
namespace {

constexpr std::uint32_t kAsleep = 0;
constexpr std::uint32_t kWoken = 1;
constexpr std::uint32_t kAwake = 3;  // not 2, by which a mutex is known

// With the default attributes, but for being detached: the program's function may need the stack.
int create_detached(void* (*entry)(void*), void* argument) noexcept {
  pthread_attr_t attributes;
  if (const int error = pthread_attr_init(&attributes); error != 0) {
    return error;
  }
  pthread_t thread;
  int error = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (error == 0) {
    error = pthread_create(&thread, &attributes, entry, argument);
  }
  pthread_attr_destroy(&attributes);
  return error;
}

void block_all_signals() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

CallbackThreads::Pointer CallbackThreads::make(const sys::Config& config) noexcept {
  void* const pages = sys::map_pages(sizeof(CallbackThreads));
  return Pointer(pages != nullptr ? new (pages) CallbackThreads(config) : nullptr);
}

void CallbackThreads::Discard::operator()(CallbackThreads* unused) const noexcept {
  const sys::SignalsBlocked proof;
  unused->end(proof);
  bool used = false;
  {
    sys::MutexLock lock(unused->mutex_, proof);
    used = unused->used_;
  }
  if (!used) {
    unused->~CallbackThreads();
    sys::unmap_pages(unused, sizeof(CallbackThreads));
  }
}

void CallbackThreads::deliver(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
  Thread* idle = nullptr;
  bool may_start = false;
  {
    sys::MutexLock lock(mutex_, proof);
    if (ended_) {
      NoticeStore::give_back(notice);
      return;
    }
    idle = take_idle();
    if (idle == nullptr) {
      // Else no thread could be had a moment ago.
      may_start = proof.may_create_threads() && kept_.size() <= starting_;
      starting_ += may_start ? 1 : 0;
      used_ = true;
      kept_.push_back(notice);
      note_debt();
    }
  }
  if (idle != nullptr) {
    wake(*idle, &notice);
  } else if (may_start) {
    static_cast<void>(create(proof));
  }
}

bool CallbackThreads::retry(const sys::SignalsBlocked& proof) noexcept {
  for (bool any = false;; any = true) {
    {
      sys::MutexLock lock(mutex_, proof);
      if (kept_.size() <= starting_ || !proof.may_create_threads()) {
        return any;
      }
      ++starting_;
      note_debt();
    }
    if (!create(proof)) {
      return any;
    }
  }
}

void CallbackThreads::end(const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(mutex_, proof);
  ended_ = true;
  while (Notice* const notice = kept_.pop_front()) {
    NoticeStore::give_back(*notice);
  }
  note_debt();
  while (Thread* const thread = take_idle()) {
    wake(*thread, nullptr);
  }
}

void CallbackThreads::begin(const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(mutex_, proof);
  ended_ = false;
}

// Called with `starting_` counted up.
bool CallbackThreads::create(const sys::SignalsBlocked& proof) noexcept {
  if (create_detached(thread_main, this) == 0) {
    return true;
  }
  sys::MutexLock lock(mutex_, proof);
  --starting_;
  note_debt();
  return false;
}

void CallbackThreads::wake(Thread& thread, Notice* notice) noexcept {
  thread.notice = notice;
  // release: pairs with the acquire in sleep(). The thread may be gone right after the store: the
  // wake uses its address alone.
  if (thread.woken.exchange(kWoken, std::memory_order_release) == kAsleep) {
    sys::futex_wake(thread.woken, 1);
  }
}

CallbackThreads::Thread* CallbackThreads::take_idle() noexcept {
  Thread* const thread = idle_.front();
  if (thread != nullptr) {
    put_off_idle(*thread);
  }
  return thread;
}

void CallbackThreads::put_off_idle(Thread& thread) noexcept {
  idle_.remove(thread);
  thread.idle = false;
  --idle_count_;
}

void CallbackThreads::note_debt() noexcept {
  owed_.store(kept_.size() > starting_, std::memory_order_relaxed);
}

// pthread_exit() and cancellation unwind through this frame: not noexcept, nothing to destroy.
void* CallbackThreads::thread_main(void* home) {
  sys::name_thread("callback");
  Thread self{.home = *static_cast<CallbackThreads*>(home),
              .process = ::getpid(),
              .scheduling = scheduling_of_this_thread(),
              .with_value = keys_with_value()};
  while (Notice* const notice = self.home.next(self)) {
    call(*notice);
    if (!start_afresh(self)) {
      break;
    }
  }
  return nullptr;
}

// After a callback: makes its thread as good as new. False where it cannot be. A cancellation that
// came too late for the callback ends the thread here, and not the next callback.
bool CallbackThreads::start_afresh(const Thread& self) {
  if (::getpid() != self.process) {
    return false;
  }
  block_all_signals();
  pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, nullptr);
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
  pthread_testcancel();
  sys::name_thread("callback");
  return scheduling_of_this_thread() == self.scheduling && keys_with_value() == self.with_value;
}

// One system call for what sched_getscheduler(), sched_getparam() and getpriority() say.
// Source: sched_getattr(2), whose structure begins: size, policy, flags (64 bits), nice, priority.
CallbackThreads::Scheduling CallbackThreads::scheduling_of_this_thread() noexcept {
  std::array<std::uint32_t, 12> attributes{};
  ::syscall(SYS_sched_getattr, 0, attributes.data(), sizeof attributes, 0);
  return {attributes[1], attributes[4], attributes[5]};
}

// Looks at all keys (3 us), as nobody tells which of them exist. POSIX does not say what one that
// does not exist has in a thread; in libcs it has no value.
CallbackThreads::Keys CallbackThreads::keys_with_value() noexcept {
  Keys keys;
  for (pthread_key_t key = 0; key < keys.size(); ++key) {
    keys[key] = pthread_getspecific(key) != nullptr;
  }
  return keys;
}

// What to run next; nullptr: leave.
Notice* CallbackThreads::next(Thread& self) noexcept {
  const sys::SignalsBlocked proof;
  {
    sys::MutexLock lock(mutex_, proof);
    starting_ -= self.fresh ? 1 : 0;
    self.fresh = false;
    if (ended_) {
      return nullptr;
    }
    if (Notice* const notice = kept_.pop_front(); notice != nullptr) {
      note_debt();
      return notice;
    }
    if (idle_count_ == kMostIdle) {
      return nullptr;
    }
    self.woken.store(kAwake, std::memory_order_relaxed);
    self.idle = true;
    idle_.push_front(self);
    ++idle_count_;
  }
  return sleep(self, proof);
}

void CallbackThreads::spin(Thread& self) noexcept {
  if (!may_spin_ || !self.patience.allows() ||
      spinning_.exchange(true, std::memory_order_relaxed)) {
    return;
  }
  self.patience.note(
      sys::spin_until([&] { return self.woken.load(std::memory_order_relaxed) != kAwake; }));
  spinning_.store(false, std::memory_order_relaxed);
}

Notice* CallbackThreads::sleep(Thread& self, const sys::SignalsBlocked& proof) noexcept {
  spin(self);
  std::uint32_t awake = kAwake;
  // relaxed: where it is woken already, that is read again.
  self.woken.compare_exchange_strong(awake, kAsleep, std::memory_order_relaxed);
  sys::Nanoseconds deadline = sys::monotonic_now() + config_.idle_time();
  for (;;) {
    // acquire: pairs with the release in wake().
    if (self.woken.load(std::memory_order_acquire) != kAsleep) {
      return self.notice;
    }
    if (sys::futex_wait(self.woken, kAsleep, deadline) != ETIMEDOUT) {
      continue;
    }
    sys::MutexLock lock(mutex_, proof);
    if (self.idle) {
      put_off_idle(self);
      return nullptr;
    }
    // Somebody chose us at the last moment, and the wake is on its way.
    deadline = sys::kForever;
  }
}

}  // namespace aiox::notify
