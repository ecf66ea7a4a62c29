// SPDX-License-Identifier: MIT
//
// Notifications that cannot be made at once are kept and made later.
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "injection.h"
#include "sigevent_notifier_test.h"

namespace aiox::test {
namespace {

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

}  // namespace
}  // namespace aiox::test
