// SPDX-License-Identifier: MIT
#include "engine/worker_pool.h"

#include <pthread.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>

#include "injection.h"
#include "pool_test.h"
#include "support/patience.h"

namespace aiox::test {
namespace {

TEST_F(WorkerPoolTest, HasNoThreadBeforeTheFirstKick) {
  const std::size_t before = threads_asked_for();
  bench.push(1, lane_of(0));
  EXPECT_EQ(pool->workers(), 0U);
  EXPECT_EQ(threads_asked_for(), before);
}

TEST_F(WorkerPoolTest, ServesWhatIsPushed) {
  submit(3);
  server.wait_started(3);
  wait_until([&] { return server.served() == 3; }, "the end of three requests");
}

TEST_F(WorkerPoolTest, OneKickStartsAsManyWorkersAsThereAreRequests) {
  server.close();
  for (int i = 0; i < 4; ++i) {
    bench.push(i, lane_of(0));
  }
  EXPECT_TRUE(kick());
  server.wait_started(4);
  EXPECT_EQ(pool->workers(), 4U);
}

TEST_F(WorkerPoolTest, OneKickWakesAsManySleepersAsThereAreRequests) {
  make_idle(4);
  const std::size_t created = threads_asked_for();
  server.close();
  for (int i = 0; i < 4; ++i) {
    bench.push(i, lane_of(0));
  }
  EXPECT_TRUE(kick());
  server.wait_started(8);
  EXPECT_EQ(threads_asked_for(), created);
}

TEST_F(WorkerPoolTest, NeverServesMoreAtOnceThanTheLimit) {
  set_limit(3);
  server.close();
  submit(10);
  server.wait_started(3);
  EXPECT_EQ(pool->workers(), 3U);
  server.open();
  wait_until([&] { return server.served() == 10; }, "the end of ten requests");
  EXPECT_EQ(server.most_inside(), 3U);
}

TEST_F(WorkerPoolTest, AHigherLimitHoldsFromTheNextKickOn) {
  set_limit(1);
  server.close();
  submit(3);
  server.wait_started(1);
  EXPECT_EQ(pool->workers(), 1U);
  set_limit(4);
  submit(1);
  server.wait_started(4);
  EXPECT_EQ(pool->workers(), 4U);
}

TEST_F(WorkerPoolTest, ALowerLimitHoldsForThoseThatSleep) {
  make_idle(4);
  server.forget_most_inside();
  set_limit(1);
  wait_until([&] { return pool->workers() == 1; }, "the leaving of the surplus");
  server.close();
  submit(4);
  for (std::size_t started = 5; started <= 8; ++started) {
    server.wait_started(started);
    server.let_through(1);
  }
  wait_until([&] { return server.served() == 8; }, "the end of all requests");
  EXPECT_EQ(server.most_inside(), 1U);
}

TEST_F(WorkerPoolTest, ALowerLimitHoldsForOneThatIsAboutToSleep) {
  server.close();
  submit(2);
  server.wait_started(2);
  Baton about_to_sleep;
  Baton lowered;
  std::atomic<bool> asked = false;
  server.do_when_asked([&] {
    if (!asked.exchange(true)) {
      about_to_sleep.pass();
      lowered.wait();
    }
  });
  server.let_through(1);
  about_to_sleep.wait();
  set_limit(1);
  lowered.pass();
  wait_until([&] { return pool->workers() == 1; }, "the leaving of the one that was not busy");
  server.open();
  pool.reset();  // before what its workers refer to
}

TEST_F(WorkerPoolTest, TheSurplusLeavesWhenItRunsOutOfWork) {
  server.close();
  submit(4);
  server.wait_started(4);
  set_limit(2);
  server.open();
  wait_until([&] { return pool->workers() == 2; }, "the leaving of the surplus");
}

TEST_F(WorkerPoolTest, IdleWorkersLeaveWhenTheirTimeIsUp) {
  bench.config.set(sys::Option::kIdleMs, 0);
  submit(4);
  wait_until([&] { return server.served() == 4 && pool->workers() == 0; }, "the leaving of all");
  submit(1);
  wait_until([&] { return server.served() == 5; }, "the start of a new worker");
}

TEST_F(WorkerPoolTest, IdleWorkersStayUntilTheirTimeIsUp) {
  make_idle(1);
  const std::size_t created = threads_asked_for();
  const SleepCount sleeps;
  for (int i = 1; i < 100; ++i) {
    submit(1);
    sleeps.wait_for(i);
  }
  EXPECT_EQ(server.served(), 100U);
  EXPECT_EQ(threads_asked_for(), created);
}

TEST_F(WorkerPoolTest, KickSaysWhenThereIsNoWorkerAndNoneCanBeCreated) {
  const ThreadsFail fail;
  bench.push(1, lane_of(0));
  EXPECT_FALSE(kick());
  EXPECT_EQ(pool->workers(), 0U);
  EXPECT_EQ(bench.queue.size(), 1);
}

TEST_F(WorkerPoolTest, KickWorksAgainOnceThreadsCanBeCreated) {
  {
    const ThreadsFail fail;
    bench.push(1, lane_of(0));
    EXPECT_FALSE(kick());
  }
  submit(1);
  wait_until([&] { return server.served() == 2; }, "the end of both");
}

TEST_F(WorkerPoolTest, TheWorkersThatCouldBeCreatedServeEverything) {
  const ThreadsFail fail(2);
  server.close();
  submit(20);
  server.wait_started(2);
  EXPECT_EQ(pool->workers(), 2U);
  server.open();
  wait_until([&] { return server.served() == 20; }, "the end of all");
  EXPECT_EQ(server.most_inside(), 2U);
}

TEST_F(WorkerPoolTest, TriesAgainForAStackThatIsLargeEnough) {
  const SmallStacksFail fail(1024 * 1024);
  submit(1);
  wait_until([&] { return server.served() == 1; }, "the end of the request");
  EXPECT_GE(last_stack_size(), 1024U * 1024U);
}

TEST_F(WorkerPoolTest, WorkersBlockAllSignalsAndBearAName) {
  std::atomic<bool> blocked = false;
  std::string name;
  server.do_inside([&] {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGSEGV) == 1 &&
              sigismember(&mask, SIGRTMIN) == 1 && sigismember(&mask, SIGRTMAX) == 1;
    char text[16] = "";
    pthread_getname_np(pthread_self(), text, sizeof text);
    name = text;
  });
  submit(1);
  wait_until([&] { return server.served() == 1; }, "the end of the request");
  EXPECT_TRUE(blocked);
  EXPECT_EQ(name, "aiox/worker-0");
}

TEST_F(WorkerPoolTest, NumbersAreGivenOutAgain) {
  bench.config.set(sys::Option::kIdleMs, 0);
  std::set<std::string> names;
  std::mutex mutex;
  server.do_inside([&] {
    char text[16] = "";
    pthread_getname_np(pthread_self(), text, sizeof text);
    const std::lock_guard lock(mutex);
    names.insert(text);
  });
  for (std::size_t i = 1; i <= 5; ++i) {
    submit(1);
    wait_until([&] { return server.served() == i && pool->workers() == 0; }, "the leaving");
  }
  EXPECT_EQ(names, std::set<std::string>{"aiox/worker-0"});
}

TEST_F(WorkerPoolTest, TidiesUpUntilNothingIsOwed) {
  bench.config.set(sys::Option::kIdleMs, 0);
  server.owe(3);
  EXPECT_TRUE(kick());
  wait_until([&] { return !server.owes(); }, "the end of the debt");
  wait_until([&] { return pool->workers() == 0; }, "the leaving of the worker");
}

TEST_F(WorkerPoolTest, WhatIsOwedKeepsNobodyFromServing) {
  server.close();
  submit(3);
  server.wait_started(3);
  server.owe(1'000'000'000);
  set_limit(1);
  submit(1);
  server.open();
  wait_until([&] { return server.served() == 4; }, "the end of all requests");
  server.owe(0);
}

TEST_F(WorkerPoolTest, TheDestructorEndsIdleWorkers) {
  make_idle(4);
  pool.reset();
  EXPECT_EQ(server.served(), 4U);
}

TEST_F(WorkerPoolTest, TheDestructorWaitsForBusyWorkers) {
  server.close();
  submit(4);
  server.wait_started(4);
  std::thread opener([&] { server.open(); });
  pool.reset();
  opener.join();
  EXPECT_EQ(server.served(), 4U);
}

// The waker has taken its worker off the idle list, but has not woken it yet, when the worker's
// idle time is up. Steered by the futex calls: a wait for a wake expects 0, one for the mutex 2.
TEST_F(WorkerPoolTest, AWakeThatComesLateMeetsTheSleepThatItIsMeantFor) {
  enum Role { kNobody, kSleeper, kOther, kWaker };
  static thread_local Role role;
  static thread_local int waits;
  role = kNobody;
  std::atomic<int> roles_given = kNobody;
  Baton other_holds_mutex, waker_wants_mutex, waker_chose, sleeper_waits, sleeper_may_time_out;

  server.close();
  submit(2);
  server.wait_started(2);
  bench.config.set(sys::Option::kIdleMs, 0);
  server.do_when_asked([&] {
    if (role == kOther && waits == 1) {  // under the pool's mutex, before it leaves
      role = kNobody;
      other_holds_mutex.pass();
      waker_wants_mutex.wait();
    }
  });
  const FutexWatch watch([&](bool wait, std::uint32_t expected) {
    if (wait && expected == 0) {
      if (role == kNobody && roles_given < kOther && pool_thread()) {
        role = static_cast<Role>(++roles_given);
      }
      ++waits;
      if (role == kSleeper && waits == 1) {
        sleeper_waits.pass();
        sleeper_may_time_out.wait();
      } else if (role == kSleeper && waits == 2) {
        waker_chose.pass();
      } else if (role == kSleeper && waits == 3) {
        sleeper_waits.pass();
      }
    } else if (role == kWaker && wait && expected == 2) {
      waker_wants_mutex.pass();
    } else if (role == kWaker && !wait) {  // it has chosen, and unlocks the mutex
      role = kNobody;
      sleeper_may_time_out.pass();
      waker_chose.wait();
    }
  });

  server.let_through(1);
  sleeper_waits.wait();
  server.let_through(1);
  other_holds_mutex.wait();
  bench.config.set(sys::Option::kIdleMs, 3'600'000);
  std::thread waker([&] {
    role = kWaker;
    EXPECT_TRUE(kick());
  });
  waker.join();
  sleeper_waits.wait();  // the wake has come, and the worker sleeps anew
  wait_until([&] { return pool->workers() == 1; }, "the leaving of the other");

  submit(1);
  server.wait_started(3);
  submit(1);
  EXPECT_EQ(pool->workers(), 2U) << "the only worker is busy: there must be a second one";
}

}  // namespace
}  // namespace aiox::test
