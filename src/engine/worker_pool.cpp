// SPDX-License-Identifier: MIT
#include "engine/worker_pool.h"

#include <algorithm>
#include <bit>

#include "sys/clock.h"
#include "sys/thread.h"

namespace aiox {
namespace {

// How soon a worker looks again at what could not be made (see Server::owes()).
constexpr sys::Nanoseconds kTidyInterval = 10 * sys::kNanosecondsPerMillisecond;

// How soon it is noticed, after one or two times this, that those who are awake are blocked. Short
// to whom that holds up, and long to a processor.
constexpr sys::Nanoseconds kWatchInterval = sys::kNanosecondsPerMillisecond / 2;

}  // namespace

WorkerPool::~WorkerPool() {
  const sys::SignalsBlocked proof;
  for (;;) {
    const std::uint32_t departures = departures_.load(std::memory_order_acquire);
    {
      sys::MutexLock lock(mutex_, proof);
      if (threads_.load(std::memory_order_relaxed) == 0) {
        return;
      }
      closing_ = true;
    }
    rouse(kAll, proof);
    sys::futex_wait(departures_, departures, sys::kForever);
  }
}

void WorkerPool::reconfigure(const sys::SignalsBlocked& proof) noexcept {
  rouse(kAll, proof);
  if (queue_.size() > 0) {
    static_cast<void>(kick(proof));  // there may be room for more of them now
  }
}

// Has all that sleep, or the first `most` of them, look around anew.
void WorkerPool::rouse(std::size_t most, const sys::SignalsBlocked& proof) noexcept {
  IdleList sleepers;
  {
    sys::MutexLock lock(mutex_, proof);
    for (Worker* worker = nullptr; most > 0 && (worker = take_idle()) != nullptr; --most) {
      sleepers.push_back(*worker);
    }
  }
  while (Worker* const worker = sleepers.pop_front()) {
    wake(*worker, Wakeup::kLook);
  }
}

bool WorkerPool::kick(const sys::SignalsBlocked& proof) noexcept {
  // One push is left to a spinner, which may have lost its processor; the next one wakes another.
  int one = 1;
  if (spinning_.load(std::memory_order_relaxed) == 1 &&
      spinning_.compare_exchange_strong(one, 0, std::memory_order_seq_cst)) {
    return true;
  }
  if (is_left_to_the_awake()) {
    return true;
  }
  const bool under_way = waking_.exchange(true, std::memory_order_seq_cst);
  if (under_way && live_.load(std::memory_order_seq_cst) > 0) {
    if (creations_.load(std::memory_order_seq_cst) > 0) {
      rouse(1, proof);  // one may have gone to sleep since, and a creation may take long
    }
    return true;
  }
  return wake_or_create(proof);
}

// Called with `waking_` taken. Hands it to the worker that it wakes or creates, or gives it up.
bool WorkerPool::wake_or_create(const sys::SignalsBlocked& proof) noexcept {
  bool may_grow = false;
  do {
    Worker* worker = nullptr;
    {
      sys::MutexLock lock(mutex_, proof);
      worker = take_idle();
      may_grow = worker == nullptr && !closing_ &&
                 (serving() < limit() || live_.load(std::memory_order_seq_cst) == 0);
      threads_.fetch_add(may_grow ? 1 : 0, std::memory_order_relaxed);
      creations_.fetch_add(may_grow ? 1 : 0, std::memory_order_seq_cst);
    }
    if (worker != nullptr) {
      wake(*worker, Wakeup::kWoken);
      return true;
    }
    if (may_grow && create(proof)) {
      return true;
    }
    // All are busy and each looks at the queue when it is done, or there is none at all.
    waking_.store(false, std::memory_order_seq_cst);
    // A submitter that still found it set relies on us, and a worker may have gone idle since.
  } while (queue_.size() > 0 && has_idle(proof) &&
           !waking_.exchange(true, std::memory_order_seq_cst));
  // Where none was tried to be created a live one was seen, and under mutex_, so not in the middle
  // of its leaving: it looks at the queue before it goes.
  sys::MutexLock lock(mutex_, proof);
  return !may_grow || live_.load(std::memory_order_seq_cst) > 0;
}

WorkerPool::Worker* WorkerPool::take_idle() noexcept {
  Worker* const worker = idle_.pop_front();
  if (worker != nullptr) {
    worker->idle = false;
  }
  return worker;
}

bool WorkerPool::has_idle(const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(mutex_, proof);
  return !idle_.empty();
}

void WorkerPool::wake(Worker& worker, Wakeup why) noexcept {
  // release: pairs with the acquire in sleep(). The worker may be gone right after the store: the
  // wake uses its address alone.
  worker.woken.store(static_cast<std::uint32_t>(why), std::memory_order_release);
  sys::futex_wake(worker.woken, 1);
}

std::size_t WorkerPool::limit() const noexcept {
  return static_cast<std::size_t>(config_.get(sys::Option::kMaxWorkers));
}

bool WorkerPool::create(const sys::SignalsBlocked& proof) noexcept {
  const sys::Stay stay(creating_);
  const bool worked = sys::start_thread(worker_main, this, proof) == 0;
  sys::MutexLock lock(mutex_, proof);
  creations_.fetch_sub(1, std::memory_order_seq_cst);
  if (worked) {
    live_.fetch_add(ahead_-- <= 0 ? 1 : 0, std::memory_order_seq_cst);
  } else {
    threads_.fetch_sub(1, std::memory_order_relaxed);
  }
  return worked;
}

void* WorkerPool::worker_main(void* pool) {
  WorkerPool& self = *static_cast<WorkerPool*>(pool);
  const sys::SignalsBlocked proof;
  Worker worker{};
  {
    sys::MutexLock lock(self.mutex_, proof);
    self.live_.fetch_add(self.ahead_++ >= 0 ? 1 : 0, std::memory_order_seq_cst);
    worker.number = self.take_number();
  }
  sys::name_thread("worker", worker.number);
  self.run(worker, proof);
  return nullptr;
}

void WorkerPool::run(Worker& self, const sys::SignalsBlocked& proof) noexcept {
  awake_.fetch_add(1, std::memory_order_seq_cst);
  bool was_quick = false;
  for (Wakeup wakeup = Wakeup::kWoken; wakeup != Wakeup::kLeave;) {
    const bool leaves = is_surplus();  // asked once: who leaves holds neither of the next two
    const bool rests = !leaves && may_rest();
    const bool watches = rests && !watched_.exchange(true, std::memory_order_seq_cst);
    if (wakeup == Wakeup::kWoken && (rests || leaves)) {
      hand_on(proof);
      wakeup = Wakeup::kLook;
    }
    if (leaves && leave_to_others(self, proof)) {
      return;
    }
    Request* request = nullptr;
    if (!rests) {  // who is relied on to watch must not wait for libc either, as tidy() may
      server_.tidy(proof);
      request = wakeup == Wakeup::kWoken ? hand_on_and_take(proof) : queue_.take(proof);
    }
    if (request != nullptr) {
      taken_.fetch_add(1, std::memory_order_relaxed);
      const sys::Nanoseconds begin = sys::monotonic_now();
      server_.serve(*request, proof);
      const sys::Nanoseconds end = sys::monotonic_now();
      was_quick = Pace::is_quick(end - begin);
      // Where the pace is brisk no longer, others have been left to us that cannot wait.
      wakeup = pace_.count(begin, end) ? take_the_wake() : Wakeup::kLook;
    } else if (watches) {
      wakeup = watch(self, proof);
    } else if (was_quick && !rests) {
      wakeup = spin();
      was_quick = false;
    } else {
      wakeup = sleep(self, proof);
    }
  }
}

// kWoken, with `waking_` held, where something is queued and nobody else is about to wake another.
WorkerPool::Wakeup WorkerPool::take_the_wake() noexcept {
  return queue_.size() > 0 && !waking_.exchange(true, std::memory_order_seq_cst) ? Wakeup::kWoken
                                                                                 : Wakeup::kLook;
}

WorkerPool::Wakeup WorkerPool::spin() noexcept {
  int none = 0;
  if (!may_spin() || !spinning_.compare_exchange_strong(none, 1, std::memory_order_seq_cst)) {
    return Wakeup::kLook;
  }
  sys::spin_until([this] { return queue_.size() > 0 || spinning_.load() == 0; });
  spinning_.store(0, std::memory_order_seq_cst);
  return take_the_wake();  // also where the time was over: what came since was left to us
}

Request* WorkerPool::hand_on_and_take(const sys::SignalsBlocked& proof) noexcept {
  queue_.claim();
  hand_on(proof);
  return queue_.take_claimed(proof);
}

// Called with `waking_` held, after a request was claimed, or by one that takes none.
void WorkerPool::hand_on(const sys::SignalsBlocked& proof) noexcept {
  if (!wants_another()) {
    waking_.store(false, std::memory_order_seq_cst);
    // A submitter that still found it set relies on us.
    if (!wants_another() || waking_.exchange(true, std::memory_order_seq_cst)) {
      return;
    }
  }
  static_cast<void>(wake_or_create(proof));  // where there can be no further one, we are there
}

WorkerPool::Wakeup WorkerPool::sleep(Worker& self, const sys::SignalsBlocked& proof) noexcept {
  awake_.fetch_sub(1, std::memory_order_seq_cst);
  const sys::Nanoseconds time = server_.owes() ? kTidyInterval : config_.idle_time();
  Wakeup why = lie_down(self, Place::kFirst, time, proof);
  if (why == Wakeup::kTimeIsUp) {
    sys::MutexLock lock(mutex_, proof);
    why = (closing_ || !server_.owes()) && retire(self) ? Wakeup::kLeave : Wakeup::kLook;
  }
  if (why != Wakeup::kLeave) {  // else the pool may be gone by now
    awake_.fetch_add(1, std::memory_order_seq_cst);
  }
  return why;
}

// Looks now and then at what those who are awake do with what is left to them, until they are
// blocked, or not enough, or nothing is left to them for long. `watched_` is ours.
WorkerPool::Wakeup WorkerPool::watch(Worker& self, const sys::SignalsBlocked& proof) noexcept {
  awake_.fetch_sub(1, std::memory_order_seq_cst);
  const int most = std::max(processors_ - 1, 1);
  Wakeup why = Wakeup::kTimeIsUp;
  bool is_needed = true;
  for (bool was_queued = false;;) {
    const std::uint32_t taken = taken_.load(std::memory_order_relaxed);
    why = lie_down(self, Place::kLast, kWatchInterval, proof);
    if (why != Wakeup::kTimeIsUp) {
      break;
    }
    const bool is_queued = queue_.size() > 0;
    const bool goes_on = taken_.load(std::memory_order_relaxed) != taken;
    const int servers = brisk_servers_.load(std::memory_order_relaxed);
    if (!goes_on && !is_queued) {
      brisk_servers_.store(1, std::memory_order_relaxed);
      is_needed = false;
      break;
    }
    if (!goes_on || (was_queued && is_queued && servers < most)) {
      brisk_servers_.store(servers + 1, std::memory_order_relaxed);
      break;
    }
    if (servers > most) {  // one was blocked, and is no longer
      brisk_servers_.store(servers - 1, std::memory_order_relaxed);
    }
    was_queued = is_queued;
  }
  awake_.fetch_add(1, std::memory_order_seq_cst);
  watched_.store(false, std::memory_order_seq_cst);
  if (why == Wakeup::kWoken) {
    return why;
  }
  return is_needed ? take_the_wake() : sleep(self, proof);
}

// Sleeps on the idle list until it is woken or has slept for `time`, if nobody has to get up now.
WorkerPool::Wakeup WorkerPool::lie_down(Worker& self, Place place, sys::Nanoseconds time,
                                        const sys::SignalsBlocked& proof) noexcept {
  {
    sys::MutexLock lock(mutex_, proof);
    if (closing_) {
      return Wakeup::kTimeIsUp;
    }
    if (may_leave()) {  // whoever lowered the limit just now has not seen us on the list
      return Wakeup::kLook;
    }
    self.woken.store(kAsleep, std::memory_order_relaxed);
    self.idle = true;
    place == Place::kFirst ? idle_.push_front(self) : idle_.push_back(self);
  }
  if (wants_another()) {
    sys::MutexLock lock(mutex_, proof);
    if (self.idle) {
      self.idle = false;
      idle_.remove(self);
      return Wakeup::kLook;
    }
  }
  sys::Nanoseconds deadline = sys::monotonic_now() + time;
  for (;;) {
    // acquire: pairs with the release in wake().
    const std::uint32_t woken = self.woken.load(std::memory_order_acquire);
    if (woken != kAsleep) {
      return static_cast<Wakeup>(woken);
    }
    if (sys::futex_wait(self.woken, kAsleep, deadline) != ETIMEDOUT) {
      continue;
    }
    sys::MutexLock lock(mutex_, proof);
    if (self.idle) {
      self.idle = false;
      idle_.remove(self);
      return Wakeup::kTimeIsUp;
    }
    // Somebody chose us at the last moment. The wake is on its way, and we must not go before it
    // has come: it would meet another sleep, or a thread that is gone.
    deadline = sys::kForever;
  }
}

// Counts a worker out, unless there is work after all.
bool WorkerPool::retire(Worker& worker) noexcept {
  live_.fetch_sub(1, std::memory_order_seq_cst);
  if (queue_.size() > 0) {
    live_.fetch_add(1, std::memory_order_seq_cst);
    return false;
  }
  count_out(worker);
  return true;
}

// Counts out one of the surplus, also with work queued, if there is another worker. That one may
// just have gone to sleep in the belief that this one works.
bool WorkerPool::leave_to_others(Worker& worker, const sys::SignalsBlocked& proof) noexcept {
  Worker* successor = nullptr;
  {
    sys::MutexLock lock(mutex_, proof);
    if (!may_leave()) {
      return false;
    }
    live_.fetch_sub(1, std::memory_order_seq_cst);
    awake_.fetch_sub(1, std::memory_order_seq_cst);
    successor = queue_.size() > 0 ? take_idle() : nullptr;
    count_out(worker);
  }
  if (successor != nullptr) {
    wake(*successor, Wakeup::kLook);
  }
  return true;
}

void WorkerPool::count_out(const Worker& worker) noexcept {
  return_number(worker.number);
  threads_.fetch_sub(1, std::memory_order_relaxed);
  departures_.fetch_add(1, std::memory_order_release);
  sys::futex_wake(departures_);
}

void WorkerPool::stand_aside(const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(mutex_, proof);
  aside_.fetch_add(1, std::memory_order_relaxed);
  live_.fetch_sub(1, std::memory_order_seq_cst);
  awake_.fetch_sub(1, std::memory_order_seq_cst);
}

void WorkerPool::step_back(const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(mutex_, proof);
  awake_.fetch_add(1, std::memory_order_seq_cst);
  live_.fetch_add(1, std::memory_order_seq_cst);
  aside_.fetch_sub(1, std::memory_order_relaxed);
}

unsigned WorkerPool::take_number() noexcept {
  for (unsigned word = 0; word < numbers_.size(); ++word) {
    if (const unsigned bit = static_cast<unsigned>(std::countr_one(numbers_[word])); bit < 64) {
      numbers_[word] |= std::uint64_t{1} << bit;
      return word * 64 + bit;
    }
  }
  return kMaxWorkers;  // one of the surplus, above the largest limit
}

void WorkerPool::return_number(unsigned number) noexcept {
  if (number < kMaxWorkers) {
    numbers_[number / 64] &= ~(std::uint64_t{1} << number % 64);
  }
}

}  // namespace aiox
