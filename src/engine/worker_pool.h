// SPDX-License-Identifier: MIT
//
// The threads that serve the run queue: created on need, gone when idle.
//
// Who is woken. The submitter wakes or creates at most one worker, and only if no other wake is
// under way; that worker claims a request and, while more are queued, wakes or creates the next
// before it takes its own. `waking_` is the right to do so: taken by kick(), handed on by the woken
// worker. It is handed on before the request is taken because to create a thread may have to wait
// for a lock of libc's that the very thread holds which waits for the request, in close() in a
// handler: what is still queued that one can take (Engine::help()).
//
// Nobody sleeps while requests wait: a submitter pushes, then looks for an idle worker; a worker
// goes to the idle list, then looks at the queue once more. The queue's size and the idle list are
// seq_cst or under mutex_, so one of the two sees the other. The same holds for `waking_` (cleared,
// then the queue looked at) and for `live_` (counted down, then the queue looked at). Where the
// right to wake is with somebody who creates a worker, which may take long, a submitter itself
// wakes one that sleeps: `creations_` is counted up when none was found on the list, under mutex_.
// A submitter that may not create workers wakes one without that right.
//
// A worker that has just been quick (its request was bound by the processor) spins before it goes
// to sleep, one at a time. kick() leaves one push to it, by taking `spinning_` back: so it was
// pushed before, and the spinner looks at the queue after it has seen that, or has taken it back
// itself. The accesses are seq_cst, too.
//
// Where requests are over quickly (Pace), more workers would only be in each other's way. Those
// that are awake then serve alone, pushes are left to them, and of the others one watches: it
// sleeps for short times, and gets up when something is queued and nothing was taken meanwhile,
// since who should have taken it is blocked. So left to them is only what is watched: who pushes
// looks at `watched_` and `awake_` afterwards, and a worker that ends its watch, or is awake no
// longer, looks at the queue afterwards; seq_cst again.
//
// Somebody serves: kick() returns true only if, after the push, it saw a live worker or created
// one, and a worker leaves only if, after it no longer counts as live, it finds the queue empty. So
// a request was either refused, or a worker will look at it. A caller that sees no live worker
// creates one even above the limit, since another's attempt to create the first may still fail; the
// surplus leaves. A worker that stands aside may never come back: it does not count as live. A new
// one does from its first step on, or from when its creator knows of it.
//
// mutex_ is a leaf of the lock order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/pace.h"
#include "engine/run_queue.h"
#include "engine/worker_numbers.h"
#include "request/request.h"
#include "sys/config.h"
#include "sys/futex.h"
#include "sys/mutex.h"
#include "sys/spin.h"
#include "sys/stays.h"

namespace aiox {

/// What a worker works for.
class Server {
 public:
  /// Carries out a request that is kRunning, to its end. May block.
  virtual void serve(Request& request, const sys::SignalsBlocked& proof) noexcept = 0;

  /// Whether something waits to be made later (notifications); tidy() tries to make it.
  virtual bool owes() const noexcept = 0;
  virtual void tidy(const sys::SignalsBlocked& proof) noexcept = 0;

 protected:
  ~Server() = default;
};

class WorkerPool {
 public:
  WorkerPool(RunQueue& queue, Server& server, const sys::Config& config,
             int processors = sys::usable_processors()) noexcept
      : queue_(queue), server_(server), config_(config), processors_(processors) {}

  /// Ends all workers and waits for them. Nothing may be queued or submitted any more.
  ~WorkerPool();

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// To be called after each push: sees to it that a worker looks at the queue. False when there is
  /// no worker and none can be created.
  [[nodiscard]] bool kick(const sys::SignalsBlocked& proof) noexcept;

  /// To be called after the limit or the idle time has changed: both hold from now on, also for
  /// those that sleep. What runs is left to end, and who is just about to take a request may still
  /// do so.
  void reconfigure(const sys::SignalsBlocked& proof) noexcept;

  /// The calling worker begins, and has ended, something that may take for ever: in between it
  /// serves nobody else and does not count against the limit. What is queued by then may have
  /// relied on it: it has to look at the queue, and kick() if something is there.
  void stand_aside(const sys::SignalsBlocked& proof) noexcept;
  void step_back(const sys::SignalsBlocked& proof) noexcept;

  /// Whether a worker has been under creation for long: its creator, who may be a worker, waits for
  /// libc.
  bool is_held_up() const noexcept { return creating_.any_is_long(); }

  /// How quick the workers are.
  const Pace& pace() const noexcept { return pace_; }

  /// Whether there is another processor to wait for.
  bool may_spin() const noexcept { return processors_ > 1; }

  /// The number of worker threads, with those that are just being created.
  std::size_t workers() const noexcept { return threads_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kAll = SIZE_MAX;

  /// Lives on its thread's stack. It ends its sleep either by taking itself off the idle list, or,
  /// when it finds that another took it off, not before that one has set `woken`. So a wake never
  /// meets another sleep than the one it is meant for, nor a thread that is gone.
  struct Worker {
    unsigned number;
    sys::FutexWord woken{0};  // release by the waker, acquire by the worker
    bool idle = false;        // guarded by mutex_: on the idle list
    Link<Worker> link;        // guarded by mutex_
  };
  using IdleList = IntrusiveList<Worker, &Worker::link>;

  /// Why a sleep ended; what wake() stores in the worker.
  enum class Wakeup : std::uint32_t {
    kTimeIsUp,  // never stored: kAsleep
    kLook,      // there may be work, or something to tidy
    kWoken,     // by kick() or another worker: we hold `waking_`
    kLeave,     // counted out
  };
  static constexpr std::uint32_t kAsleep = 0;

  enum class Place { kFirst, kLast };  // on the idle list

  static void* worker_main(void* pool);
  void run(Worker& self, const sys::SignalsBlocked& proof) noexcept;
  Wakeup sleep(Worker& self, const sys::SignalsBlocked& proof) noexcept;
  Wakeup watch(Worker& self, const sys::SignalsBlocked& proof) noexcept;
  Wakeup lie_down(Worker& self, Place place, sys::Nanoseconds time,
                  const sys::SignalsBlocked& proof) noexcept;
  Wakeup take_the_wake() noexcept;
  bool retire(Worker& worker) noexcept AIOX_REQUIRES(mutex_);
  bool leave_to_others(Worker& worker, const sys::SignalsBlocked& proof) noexcept;
  void count_out(const Worker& worker) noexcept AIOX_REQUIRES(mutex_);
  Wakeup spin() noexcept;
  Request* hand_on_and_take(const sys::SignalsBlocked& proof) noexcept;
  void hand_on(const sys::SignalsBlocked& proof) noexcept;
  bool wake_or_create(const sys::SignalsBlocked& proof) noexcept;
  bool create(const sys::SignalsBlocked& proof) noexcept;
  bool is_served(const sys::SignalsBlocked& proof) noexcept;
  void rouse(std::size_t most, const sys::SignalsBlocked& proof) noexcept;
  static void wake(Worker& worker, Wakeup why) noexcept;
  std::size_t limit() const noexcept;
  /// Whether more is queued than those who are awake may be left alone with.
  bool wants_another() const noexcept { return queue_.size() > 0 && !is_left_to_the_awake(); }
  bool is_left_to_the_awake() const noexcept {
    return pace_.is_brisk() && watched_.load(std::memory_order_seq_cst) &&
           awake_.load(std::memory_order_seq_cst) > 0;
  }
  bool may_rest() const noexcept {
    return pace_.is_brisk() && !server_.owes() &&
           awake_.load(std::memory_order_relaxed) > brisk_servers_.load(std::memory_order_relaxed);
  }

  /// Whether there are more threads than may serve: those that stand aside do not count.
  bool is_surplus() const noexcept { return serving() > limit(); }
  /// Whether one of the surplus may go, as another is there.
  bool may_leave() const noexcept AIOX_REQUIRES(mutex_) {
    return is_surplus() && live_.load(std::memory_order_seq_cst) > 1;
  }
  std::size_t serving() const noexcept {
    return threads_.load(std::memory_order_relaxed) - aside_.load(std::memory_order_relaxed);
  }
  Worker* take_idle() noexcept AIOX_REQUIRES(mutex_);
  bool has_idle(const sys::SignalsBlocked& proof) noexcept;

  RunQueue& queue_;
  Server& server_;
  const sys::Config& config_;

  const int processors_;
  Pace pace_;
  std::atomic<std::uint32_t> taken_ =
      0;                                // requests, modulo 2^32; relaxed: for the one that watches
  std::atomic<int> brisk_servers_ = 1;  // so many may serve at a brisk pace; relaxed
  std::atomic<int> awake_ = 0;          // workers that will look at the queue; seq_cst, see above
  std::atomic<bool> watched_ = false;   // one of the others watches them; seq_cst, see above
  std::atomic<int> spinning_ = 0;       // 0 or 1 workers that spin; seq_cst, see above
  std::atomic<bool> waking_ = false;    // seq_cst, see above
  std::atomic<int> creations_ = 0;      // workers being created; seq_cst, see above
  std::atomic<std::size_t> live_ = 0;   // seq_cst: created, and neither leaving nor aside
  sys::FutexWord departures_{0};        // counts threads that are gone, for the destructor

  // Being created, live or leaving. Counted up and compared with the limit under mutex_; relaxed.
  std::atomic<std::size_t> threads_ = 0;

  std::atomic<std::size_t> aside_ = 0;  // of those; counted under mutex_, relaxed
  sys::Stays creating_;

  sys::Mutex mutex_;
  IdleList idle_ AIOX_GUARDED_BY(mutex_);  // the one that slept last is woken first
  bool closing_ AIOX_GUARDED_BY(mutex_) = false;

  // Workers that have begun, less creators that have seen a creation work. A worker is counted as
  // live by the quicker one of itself and a creator: so there are as many as are counted, and who
  // works is counted.
  std::ptrdiff_t ahead_ AIOX_GUARDED_BY(mutex_) = 0;

  WorkerNumbers numbers_ AIOX_GUARDED_BY(mutex_);
};

}  // namespace aiox
