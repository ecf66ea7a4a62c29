// SPDX-License-Identifier: MIT
//
// The threads that run SIGEV_THREAD functions without attributes, used again and again.
//
// A callback goes to the idle thread that went to sleep last, else to a new one. A thread that runs
// a callback is on no list and nobody counts on it: it may block for ever, call pthread_exit() or
// be cancelled, and no other callback notices. So there are as many threads as there are callbacks
// at the same time, and no bound; of those that are idle at most kMostIdle stay, for
// AIOX_IDLE_MS, so that a burst does not leave its threads behind.
//
// Each callback finds the thread as a new one is: name, signal mask, cancellation. A thread that
// comes back with another scheduling than it began with, or with thread-specific values, is not
// used again; when it ends, as a new one would, the values are destroyed. What else a callback
// leaves in its thread (its processor affinity, say) stays.
//
// Who runs what. Callbacks and idle threads meet under mutex_, where one of the two lists is always
// empty: a callback goes to an idle thread if there is one and is kept else; a thread takes what is
// kept, the oldest first, and becomes idle only if nothing is. So none waits while a thread sleeps.
// After keeping one the deliverer starts a thread, that will take the first; `starting_` counts
// those that are under way. What is kept beyond that is owed: no thread could be had.
//
// A thread's sleep ends as that of WorkerPool::Worker does: the thread takes itself off the idle
// list, under mutex_, and is gone; or it finds that another has taken it off, and then it waits
// until that one has set `woken`, however late it is. So a callback that was handed to a thread is
// run by it, and a wake never meets another sleep or a thread that is gone.
//
// A thread that comes back spins before it sleeps, one at a time, while that is worth it: where the
// next callback was soon there, as with a program that submits its next request when it is told of
// the last. Who wakes it learns from `woken` whether it sleeps, and then alone asks the kernel.
//
// mutex_ is a leaf of the lock order.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <bitset>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "notify/notice_queue.h"
#include "request/intrusive_list.h"
#include "request/notice.h"
#include "sys/config.h"
#include "sys/futex.h"
#include "sys/mutex.h"
#include "sys/spin.h"

namespace aiox::notify {

class CallbackThreads {
 public:
  /// Ends the idle threads, and returns the pages where there never was a thread: a callback may
  /// come back at any time, or never, and finds what it left.
  struct Discard {
    void operator()(CallbackThreads* unused) const noexcept;
  };
  using Pointer = std::unique_ptr<CallbackThreads, Discard>;

  /// On pages of its own; nullptr where there is no memory.
  [[nodiscard]] static Pointer make(const sys::Config& config) noexcept;

  /// Runs the notice's function in a thread, now or when there is one, and owns the notice.
  void deliver(Notice& notice, const sys::SignalsBlocked& proof) noexcept;

  /// Whether there are callbacks for which no thread could be had.
  bool owes() const noexcept { return owed_.load(std::memory_order_relaxed); }

  /// Tries to start threads for what is owed. Whether one could be.
  bool retry(const sys::SignalsBlocked& proof) noexcept;

  /// No callback begins until begin(), what was kept is dropped, and the idle threads leave.
  void end(const sys::SignalsBlocked& proof) noexcept;
  void begin(const sys::SignalsBlocked& proof) noexcept;

  static constexpr std::size_t kMostIdle = 64;

 private:
  using Scheduling = std::array<std::uint32_t, 3>;  // policy, nice, priority
  using Keys = std::bitset<PTHREAD_KEYS_MAX>;

  /// Lives on its thread's stack.
  struct Thread {
    CallbackThreads& home;
    pid_t process;  // a child of fork() has this thread, but not its home
    Scheduling scheduling;
    Keys with_value;          // of thread-specific data: a sanitizer's, say
    bool fresh = true;        // counted in `starting_`
    sys::FutexWord woken{0};  // release by the waker, acquire by the thread
    sys::SpinPatience patience{};
    Notice* notice = nullptr;  // what it was woken for; written before `woken`
    bool idle = false;         // guarded by mutex_: on the idle list
    Link<Thread> link{};       // guarded by mutex_
  };

  explicit CallbackThreads(const sys::Config& config) noexcept : config_(config) {}
  ~CallbackThreads() = default;

  static void* thread_main(void* home);
  static bool start_afresh(const Thread& self);
  static Scheduling scheduling_of_this_thread() noexcept;
  static Keys keys_with_value() noexcept;
  Notice* next(Thread& self) noexcept;
  void spin(Thread& self) noexcept;
  Notice* sleep(Thread& self, const sys::SignalsBlocked& proof) noexcept;
  bool create(const sys::SignalsBlocked& proof) noexcept;
  static void wake(Thread& thread, Notice* notice) noexcept;
  Thread* take_idle() noexcept AIOX_REQUIRES(mutex_);
  void put_off_idle(Thread& thread) noexcept AIOX_REQUIRES(mutex_);
  void note_debt() noexcept AIOX_REQUIRES(mutex_);

  const sys::Config& config_;
  sys::Mutex mutex_;
  IntrusiveList<Thread, &Thread::link> idle_ AIOX_GUARDED_BY(mutex_);
  std::size_t idle_count_ AIOX_GUARDED_BY(mutex_) = 0;
  NoticeQueue kept_ AIOX_GUARDED_BY(mutex_);
  std::size_t starting_ AIOX_GUARDED_BY(mutex_) = 0;  // created, and have not looked at kept_ yet
  bool used_ AIOX_GUARDED_BY(mutex_) = false;         // a thread was to be created, ever
  bool ended_ AIOX_GUARDED_BY(mutex_) = false;
  const bool may_spin_ = sys::usable_processors() > 1;
  std::atomic<bool> spinning_ = false;  // relaxed: a flag by itself
  std::atomic<bool> owed_ = false;      // written under mutex_; relaxed: a flag by itself
};

}  // namespace aiox::notify
