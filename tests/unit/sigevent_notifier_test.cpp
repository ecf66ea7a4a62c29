// SPDX-License-Identifier: MIT
#include "notify/sigevent_notifier.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <functional>
#include <thread>
#include <vector>

#include "injection.h"
#include "support/patience.h"

namespace aiox::test {
namespace {

/// A notifier, and a signal that stays pending until the test takes it.
class SigeventNotifierTest : public testing::Test {
 protected:
  SigeventNotifierTest() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~SigeventNotifierTest() override {
    while (take() >= 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  static sigevent event(int notify, int signo = SIGRTMIN + 1, int value = 1) {
    sigevent event{};
    event.sigev_notify = notify;
    event.sigev_signo = signo;
    event.sigev_value.sival_int = value;
    return event;
  }

  static sigevent callback_event(pthread_attr_t* attributes = nullptr) {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval value) {
      (*static_cast<std::function<void()>*>(value.sival_ptr))();
    };
    event.sigev_notify_attributes = attributes;
    return event;
  }

  void deliver(const sigevent& event) {
    Notice* notice = nullptr;
    ASSERT_EQ(notifier_.prepare(event, notice), 0);
    ASSERT_NE(notice, nullptr);
    const sys::SignalsBlocked proof;
    notifier_.deliver(*notice, proof);
  }

  void retry() {
    const sys::SignalsBlocked proof;
    notifier_.retry(proof);
  }

  /// The value of the next pending signal; -1 where none is pending.
  int take(siginfo_t* info = nullptr) {
    siginfo_t taken;
    const timespec at_once{};
    if (::sigtimedwait(&set_, &taken, &at_once) == -1) {
      return -1;
    }
    if (info != nullptr) {
      *info = taken;
    }
    return taken.si_value.sival_int;
  }

  /// The value of the next signal, which has to come.
  int wait_and_take() {
    siginfo_t taken{};
    const timespec patience{.tv_sec = kPatience.count(), .tv_nsec = 0};
    return ::sigtimedwait(&set_, &taken, &patience) == -1 ? -1 : taken.si_value.sival_int;
  }

  /// No signal can be queued until make_room() is called.
  void let_queue_be_full() {
    ASSERT_EQ(::getrlimit(RLIMIT_SIGPENDING, &room_), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = room_.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_SIGPENDING, &none), 0);
  }
  void make_room() { ASSERT_EQ(::setrlimit(RLIMIT_SIGPENDING, &room_), 0); }

  /// Runs `body` in a callback thread and waits for its end.
  void call_back(std::function<void()> body, pthread_attr_t* attributes = nullptr) {
    std::atomic<bool> done = false;
    std::function<void()> whole = [&] {
      body();
      done = true;
    };
    sigevent event = callback_event(attributes);
    event.sigev_value.sival_ptr = &whole;
    deliver(event);
    wait_until([&] { return done.load(); }, "the callback");
  }

  notify::SigeventNotifier notifier_;
  sigset_t set_;
  sigset_t before_;
  rlimit room_{};
};

TEST_F(SigeventNotifierTest, NothingIsToldWithSIGEV_NONEAndWithSignalZero) {
  Notice* notice = nullptr;
  EXPECT_EQ(notifier_.prepare(event(SIGEV_NONE, 12345), notice), 0);
  EXPECT_EQ(notice, nullptr);
  EXPECT_EQ(notifier_.prepare(event(SIGEV_SIGNAL, 0), notice), 0);
  EXPECT_EQ(notice, nullptr);
  EXPECT_EQ(notifier_.prepare(sigevent{}, notice), 0) << "a zeroed aiocb has this one";
  EXPECT_EQ(notice, nullptr);
}

TEST_F(SigeventNotifierTest, RefusesWhatCannotBeTold) {
  Notice* notice = nullptr;
  for (const int signo : {-1, 32, 33, SIGRTMAX + 1, INT_MAX, INT_MIN}) {
    EXPECT_EQ(notifier_.prepare(event(SIGEV_SIGNAL, signo), notice), EINVAL) << signo;
  }
  for (const int notify : {-1, 3, 5, 12345}) {
    EXPECT_EQ(notifier_.prepare(event(notify), notice), EINVAL) << notify;
  }
  sigevent nothing_to_call = event(SIGEV_THREAD);
  nothing_to_call.sigev_notify_function = nullptr;
  EXPECT_EQ(notifier_.prepare(nothing_to_call, notice), EINVAL);
  sigevent to_thread = event(SIGEV_THREAD_ID);
  for (const pid_t thread : {0, -1, 1, INT_MAX}) {
    to_thread._sigev_un._tid = thread;
    EXPECT_EQ(notifier_.prepare(to_thread, notice), EINVAL) << thread;
  }
  to_thread._sigev_un._tid = ::gettid();
  to_thread.sigev_signo = 0;
  EXPECT_EQ(notifier_.prepare(to_thread, notice), EINVAL);
}

TEST_F(SigeventNotifierTest, TakesEverySignalThatAProgramCanUse) {
  for (int signo = 1; signo <= SIGRTMAX; ++signo) {
    if (signo < 32 || signo >= SIGRTMIN) {
      Notice* notice = nullptr;
      EXPECT_EQ(notifier_.prepare(event(SIGEV_SIGNAL, signo), notice), 0) << signo;
      notifier_.discard(*notice);
    }
  }
}

TEST_F(SigeventNotifierTest, ASignalSaysWhereItComesFrom) {
  deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, 4711));
  siginfo_t info;
  EXPECT_EQ(take(&info), 4711);
  EXPECT_EQ(info.si_code, SI_ASYNCIO);
  EXPECT_EQ(info.si_pid, ::getpid());
  EXPECT_EQ(info.si_uid, ::getuid());
  EXPECT_EQ(take(), -1) << "once";
}

TEST_F(SigeventNotifierTest, ASignalToAThreadIsPendingThereAndNowhereElse) {
  sigevent to_thread = event(SIGEV_THREAD_ID, SIGRTMIN + 1, 5);
  std::thread([&] {
    to_thread._sigev_un._tid = ::gettid();
    deliver(to_thread);
    EXPECT_EQ(take(), 5);
    deliver(to_thread);
  }).join();
  EXPECT_EQ(take(), -1);
}

TEST_F(SigeventNotifierTest, AThreadThatHasEndedHasNobodyToBeTold) {
  Notice* notice = nullptr;
  std::thread([&] {
    sigevent to_thread = event(SIGEV_THREAD_ID);
    to_thread._sigev_un._tid = ::gettid();
    ASSERT_EQ(notifier_.prepare(to_thread, notice), 0);
  }).join();
  const sys::SignalsBlocked proof;
  notifier_.deliver(*notice, proof);
  EXPECT_FALSE(notifier_.owes());
}

TEST_F(SigeventNotifierTest, TheSigeventNeedNotStayValid) {
  Notice* notice = nullptr;
  {
    sigevent passing = event(SIGEV_SIGNAL, SIGRTMIN + 1, 9);
    ASSERT_EQ(notifier_.prepare(passing, notice), 0);
    passing = {};
  }
  const sys::SignalsBlocked proof;
  notifier_.deliver(*notice, proof);
  EXPECT_EQ(take(), 9);
}

TEST_F(SigeventNotifierTest, SignalsThatFindNoRoomAreKeptInOrderAndMadeLater) {
  let_queue_be_full();
  for (int value = 0; value < 20; ++value) {
    deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, value));
  }
  EXPECT_EQ(take(), -1);
  make_room();
  deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, 20));  // goes behind what is kept
  for (int value = 0; value <= 20; ++value) {
    EXPECT_EQ(wait_and_take(), value);
  }
  EXPECT_EQ(take(), -1);
}

TEST_F(SigeventNotifierTest, SignalsThatFindNoRoomNorAThreadWaitForARetry) {
  const ThreadsFail fail;
  let_queue_be_full();
  for (int value = 0; value < 20; ++value) {
    deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, value));
  }
  EXPECT_TRUE(notifier_.owes());
  retry();
  EXPECT_EQ(take(), -1);
  EXPECT_TRUE(notifier_.owes());
  make_room();
  deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, 20));  // goes behind what is kept
  EXPECT_EQ(take(), -1);
  retry();
  EXPECT_FALSE(notifier_.owes());
  for (int value = 0; value <= 20; ++value) {
    EXPECT_EQ(take(), value);
  }
  EXPECT_EQ(take(), -1);
}

TEST_F(SigeventNotifierTest, OthersNeedNotRetryWhatTheNotifiersOwnThreadDoes) {
  let_queue_be_full();
  deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, 1));
  wait_until([&] { return !notifier_.owes(); }, "the notifier's own thread");
  EXPECT_EQ(take(), -1);
  make_room();
  EXPECT_EQ(wait_and_take(), 1);
}

TEST_F(SigeventNotifierTest, KeptSignalsHoldUpNoneThatNeedsNoRoom) {
  sigset_t user;
  sigemptyset(&user);
  sigaddset(&user, SIGUSR1);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &user, &before);
  let_queue_be_full();
  deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, 1));
  deliver(event(SIGEV_SIGNAL, SIGUSR1));
  const timespec at_once{};
  EXPECT_EQ(::sigtimedwait(&user, nullptr, &at_once), SIGUSR1);
  make_room();
  EXPECT_EQ(wait_and_take(), 1);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(SigeventNotifierTest, NothingIsToldOnceItIsMute) {
  const ThreadsFail fail;
  std::atomic<int> calls = 0;
  std::function<void()> count = [&] { calls++; };
  sigevent calling = callback_event();
  calling.sigev_value.sival_ptr = &count;
  let_queue_be_full();
  deliver(event(SIGEV_SIGNAL));
  deliver(calling);
  notifier_.mute(true);
  make_room();
  deliver(event(SIGEV_SIGNAL));
  deliver(calling);
  retry();
  EXPECT_FALSE(notifier_.owes());
  EXPECT_EQ(take(), -1);
  EXPECT_EQ(calls, 0);
}

TEST_F(SigeventNotifierTest, AttributesWithWhichThereIsNoThreadNowHoldUpNoOtherCallback) {
  constexpr int kKept = 20;
  constexpr std::size_t kLarge = std::size_t{64} << 20;
  pthread_attr_t large;
  pthread_attr_init(&large);
  pthread_attr_setstacksize(&large, kLarge);
  pthread_attr_setdetachstate(&large, PTHREAD_CREATE_DETACHED);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, std::size_t{3} << 20);
  pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
  std::atomic<int> calls = 0;
  std::function<void()> count = [&] { ++calls; };
  sigevent calling = callback_event(&large);
  calling.sigev_value.sival_ptr = &count;
  {
    const LargeStacksFail fail(kLarge - 1);
    for (int i = 0; i < kKept; ++i) {
      deliver(calling);
    }
    call_back([] {}, &small);
    call_back([] {});
    EXPECT_EQ(calls, 0);
  }
  wait_until([&] { return calls == kKept; }, "those that were kept");
  pthread_attr_destroy(&small);
  pthread_attr_destroy(&large);
}

TEST_F(SigeventNotifierTest, CallbacksThatFindNoThreadAreKeptAndHoldUpNoSignal) {
  std::atomic<int> calls = 0;
  std::function<void()> count = [&] { calls++; };
  sigevent calling = callback_event();
  calling.sigev_value.sival_ptr = &count;
  {
    const ThreadsFail fail;
    deliver(calling);
    deliver(calling);
    EXPECT_TRUE(notifier_.owes());
    deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, 3));
    EXPECT_EQ(take(), 3);
    retry();
    EXPECT_TRUE(notifier_.owes());
  }
  retry();
  EXPECT_FALSE(notifier_.owes());
  wait_until([&] { return calls == 2; }, "both callbacks");
}

TEST_F(SigeventNotifierTest, SeveralThreadsMayRetryAtOnce) {
  constexpr int kKept = 200;
  let_queue_be_full();
  for (int value = 0; value < kKept; ++value) {
    deliver(event(SIGEV_SIGNAL, SIGRTMIN + 1, value));
  }
  std::atomic<bool> enough = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!enough) {
        retry();
      }
    });
  }
  make_room();
  for (int value = 0; value < kKept; ++value) {
    ASSERT_EQ(wait_and_take(), value);
  }
  enough = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(take(), -1);
}

TEST_F(SigeventNotifierTest, ACallbackRunsInADetachedThreadWithSignalsBlocked) {
  int detached = -1;
  sigset_t blocked{};
  char name[16] = "";
  const pthread_t self = pthread_self();
  bool own_thread = false;
  call_back([&] {
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getdetachstate(&attributes, &detached);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    pthread_getname_np(pthread_self(), name, sizeof name);
    own_thread = pthread_equal(self, pthread_self()) == 0;
  });
  EXPECT_EQ(detached, PTHREAD_CREATE_DETACHED);
  EXPECT_EQ(sigismember(&blocked, SIGTERM), 1);
  EXPECT_STREQ(name, "aiox/callback");
  EXPECT_TRUE(own_thread);
}

TEST_F(SigeventNotifierTest, ACallbackGetsTheAttributesThatWereGiven) {
  constexpr std::size_t kStack = std::size_t{3} << 20;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  call_back([] {}, &attributes);
  EXPECT_EQ(last_stack_size(), kStack);
  pthread_attr_destroy(&attributes);
}

TEST_F(SigeventNotifierTest, ACallbackWithAttributesHasAThreadOfItsOwn) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  call_back([] {});
  const std::size_t before = threads_asked_for();
  for (int i = 0; i < 5; ++i) {
    call_back([] {}, &attributes);
  }
  EXPECT_EQ(threads_asked_for(), before + 5);
  pthread_attr_destroy(&attributes);
}

TEST_F(SigeventNotifierTest, AttributesThatCannotBeHadDoNotCostTheNotification) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{1} << 20);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  const SmallStacksFail fail(std::size_t{2} << 20);
  call_back([] {}, &attributes);
  pthread_attr_destroy(&attributes);
}

TEST_F(SigeventNotifierTest, ACallbackMayEndItsThread) {
  std::atomic<int> calls = 0;
  std::function<void()> leave = [&] {
    calls++;
    pthread_exit(nullptr);
  };
  sigevent calling = callback_event();
  calling.sigev_value.sival_ptr = &leave;
  deliver(calling);
  wait_until([&] { return calls == 1; }, "the callback");
  call_back([] {});
}

TEST_F(SigeventNotifierTest, NoticesAreUsedAgain) {
  for (int i = 0; i < 100'000; ++i) {
    Notice* notice = nullptr;
    ASSERT_EQ(notifier_.prepare(event(SIGEV_SIGNAL), notice), 0);
    ASSERT_EQ(notice->index, 0U);
    notifier_.discard(*notice);
  }
}

}  // namespace
}  // namespace aiox::test
