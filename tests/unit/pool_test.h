// SPDX-License-Identifier: MIT
//
// A worker pool on a run queue, and the server that its workers work for: a gate.
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "engine/worker_pool.h"
#include "injection.h"
#include "queue_test.h"
#include "support/patience.h"

namespace aiox::test {

/// Passed from one thread to another.
class Baton {
 public:
  void pass() {
    const std::lock_guard lock(mutex_);
    ++passed_;
    changed_.notify_all();
  }

  void wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return passed_ > 0; })) {
      give_up("the passing of a baton");
    }
    --passed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int passed_ = 0;
};

/// Ends requests when the test says so. Open at first.
class GateServer final : public Server {
 public:
  explicit GateServer(QueueBench& bench) : bench_(bench) {}

  void serve(Request& request, const sys::SignalsBlocked& /*proof*/) noexcept override {
    {
      std::unique_lock lock(mutex_);
      const std::size_t number = started_++;
      most_inside_ = std::max(most_inside_, ++inside_);
      changed_.notify_all();
      changed_.wait(lock, [&] { return open_ || number < passes_; });
      if (inside_action_) {
        inside_action_();
      }
      --inside_;
    }
    bench_.finish(request);
    served_.fetch_add(1);
  }

  bool owes() const noexcept override {
    if (asked_action_) {
      asked_action_();
    }
    return debt_ > 0;
  }
  void tidy(const sys::SignalsBlocked& /*proof*/) noexcept override {
    if (owes()) {
      --debt_;
    }
  }

  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    passes_ = started_;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void let_through(std::size_t count) {
    const std::lock_guard lock(mutex_);
    passes_ += count;
    changed_.notify_all();
  }
  void wait_started(std::size_t count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return started_ >= count; })) {
      give_up("the start of a request");
    }
  }

  std::size_t served() const { return served_; }
  std::size_t most_inside() const {
    const std::lock_guard lock(mutex_);
    return most_inside_;
  }
  void forget_most_inside() {
    const std::lock_guard lock(mutex_);
    most_inside_ = 0;
  }

  /// Done by each worker that serves, one at a time.
  void do_inside(std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    inside_action_ = std::move(action);
  }
  /// Done by each worker that asks whether something is owed. Set while none asks.
  void do_when_asked(std::function<void()> action) { asked_action_ = std::move(action); }

  void owe(int times) { debt_ = times; }

 private:
  QueueBench& bench_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  std::size_t started_ = 0;
  std::size_t passes_ = 0;
  std::size_t inside_ = 0;
  std::size_t most_inside_ = 0;
  std::function<void()> inside_action_;
  std::function<void()> asked_action_;
  std::atomic<std::size_t> served_ = 0;
  std::atomic<int> debt_ = 0;
};

class WorkerPoolTest : public testing::Test {
 protected:
  WorkerPoolTest() { bench.config.set(sys::Option::kIdleMs, 3'600'000); }
  ~WorkerPoolTest() override { server.open(); }

  bool kick() {
    const sys::SignalsBlocked proof;
    return pool->kick(proof);
  }

  void set_limit(int workers) {
    bench.config.set(sys::Option::kMaxWorkers, workers);
    const sys::SignalsBlocked proof;
    pool->reconfigure(proof);
  }

  void submit(int count) {
    for (int i = 0; i < count; ++i) {
      bench.push(i, lane_of(0));
      ASSERT_TRUE(kick());
    }
  }

  /// Leaves that many workers behind, all of them on the idle list.
  void make_idle(int workers) {
    server.close();
    submit(workers);
    server.wait_started(static_cast<std::size_t>(workers));
    const SleepCount sleeps;
    server.open();
    sleeps.wait_for(workers);
  }

  /// Whether the calling thread is a worker.
  static bool pool_thread() {
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof name);
    return std::string_view(name).starts_with("aiox/worker-");
  }

  /// How often workers have gone to sleep while it lives: each once for each time that it is idle,
  /// as the idle time is long. By then they are on the idle list.
  class SleepCount {
   public:
    void wait_for(int count) const {
      wait_until([&] { return count_ == count; }, "the sleep of the workers");
    }

   private:
    std::atomic<int> count_ = 0;
    FutexWatch watch_{[this](bool wait, std::uint32_t expected) {
      count_ += wait && expected == 0 && pool_thread() ? 1 : 0;  // a mutex expects 2
    }};
  };

  QueueBench bench;
  GateServer server{bench};
  std::optional<WorkerPool> pool{std::in_place, bench.queue, server, bench.config};
};

}  // namespace aiox::test
