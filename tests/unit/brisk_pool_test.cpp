// SPDX-License-Identifier: MIT
//
// A worker pool where requests are over quickly: few serve, and one watches.
#include <pthread.h>

#include <atomic>

#include "injection.h"
#include "pool_test.h"

namespace aiox::test {
namespace {

class BriskPoolTest : public WorkerPoolTest {
 protected:
  /// Leaves a worker that is quick, and room for no other.
  void make_brisk() {
    set_limit(1);
    while (!pool->pace().is_brisk()) {
      submit(1);
      wait_served(++submitted);
    }
  }

  /// Submits one that the worker serves until the gate lets it go. From then on there may be more.
  void block_the_worker(int limit = 64) {
    server.close();
    submit(1);
    server.wait_started(++submitted);
    set_limit(limit);
  }

  void wait_served(std::size_t count) {
    wait_until([&] { return server.served() == count; }, "the end of all requests");
  }

  std::size_t submitted = 0;
};

TEST_F(BriskPoolTest, PushesAreLeftToTheWorkerThatServes) {
  make_brisk();
  block_the_worker();
  Baton watcher_sleeps, watcher_may_sleep;
  const pthread_t submitter = pthread_self();
  std::atomic<int> wakes = 0;
  const FutexWatch watch([&](bool wait, std::uint32_t expected) {
    if (wait && expected == 0 && pool_thread()) {
      watcher_sleeps.pass();
      watcher_may_sleep.wait();
    } else if (!wait && pthread_equal(pthread_self(), submitter) != 0) {
      ++wakes;
    }
  });
  submit(1);
  watcher_sleeps.wait();
  const std::size_t created = threads_asked_for();
  const int woken = wakes;
  submit(20);
  EXPECT_EQ(wakes, woken);
  server.open();
  wait_served(submitted + 21);
  EXPECT_EQ(threads_asked_for(), created);
  for (int i = 0; i < 1000; ++i) {  // and all its sleeps after that
    watcher_may_sleep.pass();
  }
}

TEST_F(BriskPoolTest, TheOneThatWatchesGetsUpWhenTheOthersAreBlocked) {
  make_brisk();
  block_the_worker();
  submit(2);
  server.wait_started(submitted + 2);
}

TEST_F(BriskPoolTest, AsManyAsAreNeededServeOnceTheWorkerIsBlocked) {
  make_brisk();
  block_the_worker();
  submit(10);
  server.wait_started(submitted + 10);
}

TEST_F(BriskPoolTest, AWorkerThatIsBlockedAloneIsNotReplaced) {
  make_brisk();
  block_the_worker(1);
  submit(1);
  EXPECT_EQ(pool->workers(), 1U);
  server.open();
  wait_served(submitted + 1);
}

TEST_F(BriskPoolTest, OneThatWatchesForNothingGoesToSleepAndLeaves) {
  make_brisk();
  block_the_worker();
  bench.config.set(sys::Option::kIdleMs, 1);
  const std::size_t created = threads_asked_for();
  EXPECT_TRUE(kick());
  EXPECT_EQ(threads_asked_for(), created + 1);
  wait_until([&] { return pool->workers() == 1; }, "the leaving of the one that watches");
  EXPECT_TRUE(pool->pace().is_brisk());
}

TEST_F(BriskPoolTest, OneOfTheSurplusDoesNotLeaveAsTheOneThatWatches) {
  make_brisk();
  block_the_worker(2);
  {
    const CreationWatch too_late([&] { bench.config.set(sys::Option::kMaxWorkers, 1); });
    EXPECT_TRUE(kick());
  }
  wait_until([&] { return pool->workers() == 1; }, "the surplus to leave");
  EXPECT_TRUE(pool->pace().is_brisk());
  set_limit(64);
  submit(1);
  server.wait_started(submitted + 1);
}

TEST_F(BriskPoolTest, WhatIsPushedAfterAPauseIsServed) {
  make_brisk();
  bench.config.set(sys::Option::kIdleMs, 1);
  set_limit(64);
  for (int i = 0; i < 50; ++i) {
    submit(3);
    wait_served(submitted += 3);
    if (i % 10 == 0) {
      wait_until([&] { return pool->workers() == 0; }, "all workers to leave");
    }
  }
}

TEST_F(BriskPoolTest, MoreServeWhereTheQueueIsNeverEmptyAndProcessorsAreThere) {
  constexpr int kProcessors = 4;
  pool.reset();
  pool.emplace(bench.queue, server, bench.config, kProcessors);
  make_brisk();
  set_limit(64);
  constexpr int kMuch = 10'000;  // for longer than the test may have to wait for a processor
  const auto keep_it_full = [&] {
    if (bench.queue.size() < kMuch) {
      submit(kMuch);
      submitted += kMuch;
    }
    return pool->workers() > 2;
  };
  wait_until(keep_it_full, "a third worker");
  wait_served(submitted);
}

}  // namespace
}  // namespace aiox::test
