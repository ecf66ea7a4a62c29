// SPDX-License-Identifier: MIT
#include "engine/worker_pool.h"

#include <bit>

#include "sys/clock.h"
#include "sys/thread.h"

namespace aiox {
namespace {

// How soon a worker looks again at what could not be made (see Server::owes()).
constexpr sys::Nanoseconds kTidyInterval = 10 * sys::kNanosecondsPerMillisecond;

}  // namespace

WorkerPool::~WorkerPool() {
  const sys::SignalsBlocked proof;
  for (;;) {
    const std::uint32_t departures = departures_.load(std::memory_order_acquire);
    Worker* worker = nullptr;
    {
      sys::MutexLock lock(mutex_, proof);
      if (threads_ == 0) {
        return;
      }
      closing_ = true;
      worker = take_idle();
    }
    if (worker != nullptr) {
      wake(*worker);
    } else {
      sys::futex_wait(departures_, departures, sys::kForever);
    }
  }
}

bool WorkerPool::kick(const sys::SignalsBlocked& proof) noexcept {
  const bool under_way = waking_.exchange(true, std::memory_order_seq_cst);
  if (under_way && live_.load(std::memory_order_seq_cst) > 0) {
    return true;
  }
  return wake_or_create(proof);
}

// Called with `waking_` taken. Hands it to the worker that it wakes or creates, or gives it up.
bool WorkerPool::wake_or_create(const sys::SignalsBlocked& proof) noexcept {
  do {
    Worker* worker = nullptr;
    bool may_grow = false;
    {
      sys::MutexLock lock(mutex_, proof);
      worker = take_idle();
      const auto limit = static_cast<std::size_t>(config_.get(sys::Option::kMaxWorkers));
      may_grow = worker == nullptr && !closing_ &&
                 (threads_ < limit || live_.load(std::memory_order_seq_cst) <= 0);
      threads_ += may_grow ? 1 : 0;
    }
    if (worker != nullptr) {
      wake(*worker);
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
  return live_.load(std::memory_order_seq_cst) > 0;
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

void WorkerPool::wake(Worker& worker) noexcept {
  // release: pairs with the acquire in sleep(). The worker may be gone right after the store: the
  // wake uses its address alone.
  worker.woken.store(1, std::memory_order_release);
  sys::futex_wake(worker.woken, 1);
}

bool WorkerPool::create(const sys::SignalsBlocked& proof) noexcept {
  const bool created = sys::start_thread(worker_main, this, proof) == 0;
  if (created) {
    // Counted by its creator, and only now: a positive count is never too high.
    live_.fetch_add(1, std::memory_order_seq_cst);
  } else {
    sys::MutexLock lock(mutex_, proof);
    --threads_;
  }
  return created;
}

void* WorkerPool::worker_main(void* pool) {
  WorkerPool& self = *static_cast<WorkerPool*>(pool);
  const sys::SignalsBlocked proof;
  Worker worker{};
  {
    sys::MutexLock lock(self.mutex_, proof);
    worker.number = self.take_number();
  }
  sys::name_thread("worker", worker.number);
  self.run(worker, proof);
  return nullptr;
}

void WorkerPool::run(Worker& self, const sys::SignalsBlocked& proof) noexcept {
  for (Wakeup wakeup = Wakeup::kWoken; wakeup != Wakeup::kLeave;) {
    Request* const request = queue_.take(proof);
    if (wakeup == Wakeup::kWoken) {
      hand_on(proof);
    }
    if (server_.owes()) {
      server_.tidy(proof);
    }
    wakeup = Wakeup::kLook;
    if (request != nullptr) {
      server_.serve(*request, proof);
    } else {
      wakeup = sleep(self, proof);
    }
  }
}

// Called with `waking_` held, after a request was taken or none was found.
void WorkerPool::hand_on(const sys::SignalsBlocked& proof) noexcept {
  if (queue_.size() <= 0) {
    waking_.store(false, std::memory_order_seq_cst);
    // A submitter that still found it set relies on us.
    if (queue_.size() <= 0 || waking_.exchange(true, std::memory_order_seq_cst)) {
      return;
    }
  }
  static_cast<void>(wake_or_create(proof));  // where there can be no further one, we are there
}

WorkerPool::Wakeup WorkerPool::sleep(Worker& self, const sys::SignalsBlocked& proof) noexcept {
  {
    sys::MutexLock lock(mutex_, proof);
    const auto limit = static_cast<std::size_t>(config_.get(sys::Option::kMaxWorkers));
    if ((closing_ || threads_ > limit) && retire(self)) {
      return Wakeup::kLeave;
    }
    self.woken.store(0, std::memory_order_relaxed);
    self.idle = true;
    idle_.push_front(self);
  }
  if (queue_.size() > 0) {
    sys::MutexLock lock(mutex_, proof);
    if (self.idle) {
      self.idle = false;
      idle_.remove(self);
      return Wakeup::kLook;
    }
  }
  const sys::Nanoseconds time = server_.owes() ? kTidyInterval : config_.idle_time();
  sys::Nanoseconds deadline = sys::monotonic_now() + time;
  // acquire: pairs with the release in wake().
  while (self.woken.load(std::memory_order_acquire) == 0) {
    if (sys::futex_wait(self.woken, 0, deadline) != ETIMEDOUT) {
      continue;
    }
    sys::MutexLock lock(mutex_, proof);
    if (self.idle) {
      self.idle = false;
      idle_.remove(self);
      return !server_.owes() && retire(self) ? Wakeup::kLeave : Wakeup::kLook;
    }
    // Somebody chose us at the last moment. The wake is on its way, and we must not go before it
    // has come: it would meet another sleep, or a thread that is gone.
    deadline = sys::kForever;
  }
  return Wakeup::kWoken;
}

// False when there is work after all: the worker has to stay.
bool WorkerPool::retire(Worker& self) noexcept {
  live_.fetch_sub(1, std::memory_order_seq_cst);
  if (queue_.size() > 0) {
    live_.fetch_add(1, std::memory_order_seq_cst);
    return false;
  }
  return_number(self.number);
  --threads_;
  departures_.fetch_add(1, std::memory_order_release);
  sys::futex_wake(departures_);
  return true;
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
