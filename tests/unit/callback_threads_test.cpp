// SPDX-License-Identifier: MIT
#include "notify/callback_threads.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "injection.h"
#include "support/patience.h"
#include "support/process.h"

namespace aiox::test {
namespace {

using notify::CallbackThreads;

sys::Config& configuration() {
  static sys::Config config;  // a thread that leaves may still read it
  return config;
}

/// Threads that stay for a day when idle, and a count of how often one fell asleep.
class CallbackThreadsTest : public testing::Test {
 protected:
  CallbackThreadsTest() { configuration().set(sys::Option::kIdleMs, 86'400'000); }

  void deliver(const std::function<void()>& body) {
    Notice* const notice = store_.take(Notice::Kind::kThread);
    ASSERT_NE(notice, nullptr);
    notice->function = [](sigval value) {
      (*static_cast<const std::function<void()>*>(value.sival_ptr))();
    };
    notice->value.sival_ptr = const_cast<std::function<void()>*>(&body);
    notice->attributes = nullptr;
    const sys::SignalsBlocked proof;
    threads_->deliver(*notice, proof);
  }

  /// Runs `body` in a callback and waits until its thread sleeps.
  void run(const std::function<void()>& body) {
    const std::size_t before = sleeps_;
    deliver(body);
    wait_until([&] { return sleeps_ > before; }, "the callback thread's sleep");
  }

  bool retry() {
    const sys::SignalsBlocked proof;
    return threads_->retry(proof);
  }

  std::size_t created() const { return threads_asked_for() - asked_before_; }

  std::atomic<std::size_t> sleeps_ = 0;
  FutexWatch watch_{[this](bool wait, std::uint32_t expected) {
    sleeps_ += wait && expected == 0 ? 1 : 0;  // a mutex expects 2
  }};
  std::size_t asked_before_ = threads_asked_for();
  NoticeStore store_;
  CallbackThreads::Pointer threads_ = CallbackThreads::make(configuration());
};

TEST_F(CallbackThreadsTest, AThousandCallbacksInARowUseOneThread) {
  pid_t thread = 0;
  for (int i = 0; i < 1000; ++i) {
    pid_t now = 0;
    run([&] { now = ::gettid(); });
    ASSERT_NE(now, 0);
    ASSERT_TRUE(thread == 0 || thread == now);
    thread = now;
  }
  EXPECT_EQ(created(), 1U);
}

TEST_F(CallbackThreadsTest, TheOneThatSleptLastIsUsedFirst) {
  std::atomic<bool> go_on = false;
  std::atomic<pid_t> first = 0;
  const std::function<void()> held = [&] {
    first = ::gettid();
    wait_until([&] { return go_on.load(); }, "permission to go on");
  };
  deliver(held);
  wait_until([&] { return first != 0; }, "the first");
  run([] {});
  const std::size_t before = sleeps_;
  go_on = true;
  wait_until([&] { return sleeps_ > before; }, "the first one's sleep");
  pid_t now = 0;
  run([&] { now = ::gettid(); });
  EXPECT_EQ(now, first);
}

TEST_F(CallbackThreadsTest, EachFindsTheThreadAsNewWhateverTheLastOneDidToIt) {
  for (int i = 0; i < 10; ++i) {
    sigset_t mask;
    char name[16] = "";
    int state = -1;
    int type = -1;
    run([&] {
      sigset_t none;
      sigemptyset(&none);
      pthread_sigmask(SIG_SETMASK, &none, &mask);
      pthread_getname_np(pthread_self(), name, sizeof name);
      pthread_setname_np(pthread_self(), "spoiled");
      pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
      pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    });
    for (const int signo : {SIGINT, SIGTERM, SIGUSR1, SIGALRM, SIGRTMIN, SIGRTMAX}) {
      EXPECT_EQ(sigismember(&mask, signo), 1) << signo;
    }
    EXPECT_STREQ(name, "aiox/callback");
    EXPECT_EQ(state, PTHREAD_CANCEL_ENABLE);
    EXPECT_EQ(type, PTHREAD_CANCEL_DEFERRED);
  }
  EXPECT_EQ(created(), 1U);
}

TEST_F(CallbackThreadsTest, AnIdleThreadHasItsNameAndItsSignalsBlocked) {
  run([] {
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    pthread_setname_np(pthread_self(), "spoiled");
  });
  const std::vector<ThreadInfo> idle = threads_named("aiox/callback");
  ASSERT_EQ(idle.size(), 1U);
  EXPECT_NE(idle[0].blocked_signals & std::uint64_t{1} << (SIGTERM - 1), 0U);
}

TEST_F(CallbackThreadsTest, OneThatRunsWithAnotherSchedulingIsNotUsedAgain) {
  std::atomic<bool> done = false;
  const std::function<void()> body = [&] {
    EXPECT_EQ(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19), 0);
    done = true;
  };
  deliver(body);
  wait_until([&] { return done && threads_named("aiox/callback").empty(); }, "the thread's end");
  int nice = -1;
  run([&] { nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); });
  EXPECT_NE(nice, 19);
  EXPECT_EQ(created(), 2U);
}

TEST_F(CallbackThreadsTest, CallbacksThatBlockDelayNoOther) {
  std::atomic<bool> go_on = false;
  std::atomic<int> inside = 0;
  const std::function<void()> held = [&] {
    ++inside;
    wait_until([&] { return go_on.load(); }, "permission to go on");
  };
  for (int i = 0; i < 10; ++i) {
    deliver(held);
  }
  wait_until([&] { return inside == 10; }, "ten at the same time");
  for (int i = 0; i < 100; ++i) {
    run([] {});
  }
  EXPECT_EQ(created(), 11U);
  const std::size_t before = sleeps_;
  go_on = true;
  wait_until([&] { return sleeps_ >= before + 10; }, "the sleep of those that were held");
}

TEST_F(CallbackThreadsTest, OneThatEndsItsThreadHarmsNoOther) {
  std::atomic<int> calls = 0;
  const std::function<void()> leave = [&] {
    ++calls;
    pthread_exit(nullptr);
  };
  for (int i = 1; i <= 20; ++i) {
    deliver(leave);
    wait_until([&] { return calls == i; }, "a callback that leaves");
    run([] {});
  }
  wait_until([] { return threads_named("aiox/callback").size() <= 20; }, "the threads' end");
}

TEST_F(CallbackThreadsTest, OneThatIsCanceledHarmsNoOther) {
  std::atomic<bool> inside = false;
  pthread_t thread{};
  const std::function<void()> wait = [&] {
    thread = pthread_self();
    inside = true;
    for (;;) {
      ::pause();
    }
  };
  deliver(wait);
  wait_until([&] { return inside.load(); }, "the callback");
  pthread_cancel(thread);
  wait_until([] { return threads_named("aiox/callback").empty(); }, "the thread's end");
  run([] { pthread_testcancel(); });
  EXPECT_EQ(created(), 2U);
}

TEST_F(CallbackThreadsTest, ACancellationThatComesTooLateMeetsNoOther) {
  std::atomic<bool> done = false;
  const std::function<void()> cancel_self = [&] {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
    pthread_cancel(pthread_self());
    done = true;
  };
  deliver(cancel_self);
  wait_until([&] { return done && threads_named("aiox/callback").empty(); }, "the thread's end");
  bool survived = false;
  run([&] {
    pthread_testcancel();
    survived = true;
  });
  EXPECT_TRUE(survived);
}

TEST_F(CallbackThreadsTest, IdleOnesLeaveAfterTheIdleTime) {
  configuration().set(sys::Option::kIdleMs, 1);
  run([] {});
  wait_until([] { return threads_named("aiox/callback").empty(); }, "the thread's end");
  run([] {});
  EXPECT_EQ(created(), 2U);
}

TEST_F(CallbackThreadsTest, OfABurstOnlySomeStay) {
  constexpr std::size_t kBurst = CallbackThreads::kMostIdle + 30;
  std::atomic<std::size_t> inside = 0;
  std::atomic<bool> go_on = false;
  const std::function<void()> held = [&] {
    ++inside;
    wait_until([&] { return go_on.load(); }, "permission to go on");
  };
  for (std::size_t i = 0; i < kBurst; ++i) {
    deliver(held);
  }
  wait_until([&] { return inside == kBurst; }, "all at the same time");
  go_on = true;
  wait_until([] { return threads_named("aiox/callback").size() == CallbackThreads::kMostIdle; },
             "the end of the rest");
  wait_until([&] { return sleeps_ == CallbackThreads::kMostIdle; }, "the sleep of the others");
  run([] {});
  EXPECT_EQ(created(), kBurst);
}

TEST_F(CallbackThreadsTest, WhatFoundNoThreadIsRunByTheFirstThatComesBack) {
  std::atomic<bool> go_on = false;
  std::atomic<pid_t> first = 0;
  const std::function<void()> held = [&] {
    first = ::gettid();
    wait_until([&] { return go_on.load(); }, "permission to go on");
  };
  std::atomic<int> order = 0;
  std::deque<std::function<void()>> bodies;
  const ThreadsFail fail(1);
  deliver(held);
  wait_until([&] { return first != 0; }, "the first");
  for (int i = 0; i < 20; ++i) {
    deliver(bodies.emplace_back([&, i] {
      EXPECT_EQ(order, i);
      EXPECT_EQ(::gettid(), first);
      ++order;
    }));
  }
  EXPECT_TRUE(threads_->owes());
  EXPECT_EQ(created(), 2U) << "it is not tried again and again";
  EXPECT_FALSE(retry());
  go_on = true;
  wait_until([&] { return sleeps_ == 1; }, "the thread's sleep");
  EXPECT_EQ(order, 20);
  EXPECT_FALSE(threads_->owes());
}

TEST_F(CallbackThreadsTest, WhatFoundNoThreadIsRunWhenThereCanBeOne) {
  std::atomic<int> calls = 0;
  const std::function<void()> count = [&] { ++calls; };
  {
    const ThreadsFail fail;
    deliver(count);
    deliver(count);
    EXPECT_FALSE(retry());
    EXPECT_TRUE(threads_->owes());
  }
  EXPECT_TRUE(retry());
  wait_until([&] { return calls == 2; }, "both callbacks");
  EXPECT_FALSE(threads_->owes());
}

TEST_F(CallbackThreadsTest, EachRunsOnceThoughThreadsLeaveAllTheTime) {
  configuration().set(sys::Option::kIdleMs, 0);
  constexpr int kDeliverers = 4;
  constexpr int kEach = kSanitized ? 500 : 3000;
  std::atomic<int> calls = 0;
  const std::function<void()> count = [&] { ++calls; };
  std::vector<std::thread> deliverers;
  for (int i = 0; i < kDeliverers; ++i) {
    deliverers.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        deliver(count);
        std::this_thread::yield();
      }
    });
  }
  for (std::thread& deliverer : deliverers) {
    deliverer.join();
  }
  const auto all = [&] {
    retry();
    return calls == kDeliverers * kEach;
  };
  wait_until(all, "all callbacks");
  wait_until([] { return threads_named("aiox/callback").empty(); }, "the threads' end");
  EXPECT_EQ(calls, kDeliverers * kEach);
}

TEST_F(CallbackThreadsTest, AChildForkedInACallbackEndsWithIt) {
  if (kSanitized) {
    GTEST_SKIP() << "the sanitizers' threads do not survive a fork";
  }
  std::fflush(stdout);
  pid_t child = -1;
  run([&] { child = ::fork(); });  // the child returns into the library
  ASSERT_GT(child, 0);
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  run([] {});
}

TEST_F(CallbackThreadsTest, CallbacksMayOutliveThem) {
  static std::atomic<bool> go_on{false};
  static std::atomic<int> inside{0};
  const std::function<void()> held = [] {
    ++inside;
    wait_until([] { return go_on.load(); }, "permission to go on");
  };
  deliver(held);
  deliver(held);
  wait_until([] { return inside == 2; }, "two callbacks");
  run([] {});
  threads_.reset();
  go_on = true;
  wait_until([] { return threads_named("aiox/callback").empty(); }, "the threads' end");
}

TEST_F(CallbackThreadsTest, NoneBeginsAfterTheEnd) {
  std::atomic<int> calls = 0;
  const std::function<void()> count = [&] { ++calls; };
  {
    const ThreadsFail fail;
    deliver(count);
  }
  {
    const sys::SignalsBlocked proof;
    threads_->end(proof);
  }
  deliver(count);
  EXPECT_FALSE(threads_->owes());
  EXPECT_FALSE(retry());
  EXPECT_EQ(created(), 1U);
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace aiox::test
