// SPDX-License-Identifier: MIT
//
// A thread of the program's that sleeps on the ring, and those that leave its events to it.
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>
#include <thread>

#include "kernel_aio_test.h"

namespace aiox::io {
namespace {

using sys::kForever;
using test::CallFails;

class AioLease : public KernelAioTest {
 protected:
  void SetUp() override {
    KernelAioTest::SetUp();
    if (!IsSkipped()) {
      context = start(reading(*file, block, 0), 0);
      poll_for(context, 1);
      wait_until_told();
    }
  }

  // Who has told of an event may not be through with it yet: until then no lease is given.
  void wait_until_told() {
    test::wait_until([&] { return aio->lease(context, kForever); }, "the end of the telling");
    aio->end_lease(context, kForever);
  }

  bool lease_in_another_thread(sys::Nanoseconds until) {
    bool is_mine = false;
    std::thread([&] { is_mine = aio->lease(context, until); }).join();
    return is_mine;
  }

  // Until there is an event in the ring.
  void await_event() { EXPECT_EQ(aio->sleep(context, kForever), Wake::kEvent); }

  Block block;
  std::uint32_t context = 0;
};

TEST_F(AioLease, OthersLeaveTheEventsToItsHolder) {
  ASSERT_TRUE(lease_in_another_thread(kForever));
  start(reading(*file, block, 0), 1);
  await_event();
  EXPECT_FALSE(aio->poll(context));
  {
    const sys::SignalsBlocked proof;
    aio->poll_all(proof);
  }
  EXPECT_EQ(told(), 1U);
  aio->end_lease(context, kForever);
  poll_for(context, 2);
  expect_each_once(2);
}

TEST_F(AioLease, ItsHolderTakesThem) {
  ASSERT_TRUE(aio->lease(context, kForever));
  start(reading(*file, block, 0), 1);
  await_event();
  EXPECT_TRUE(aio->poll(context));
  aio->end_lease(context, kForever);
  expect_each_once(2);
}

TEST_F(AioLease, IsOnePerRing) {
  ASSERT_TRUE(lease_in_another_thread(kForever));
  EXPECT_FALSE(aio->lease(context, kForever));
  aio->end_lease(context, kForever);
  EXPECT_TRUE(aio->lease(context, kForever));
}

TEST_F(AioLease, OfItsOwnThreadIsTakenOverByAHandler) {
  ASSERT_TRUE(aio->lease(context, kForever));
  EXPECT_TRUE(aio->lease(context, kForever - 1));
  aio->end_lease(context, kForever);  // which is none any more
  EXPECT_FALSE(lease_in_another_thread(kForever - 2));
  aio->end_lease(context, kForever - 1);
  EXPECT_TRUE(lease_in_another_thread(kForever - 2));
}

TEST_F(AioLease, EndsByItself) {
  ASSERT_TRUE(lease_in_another_thread(sys::monotonic_now()));
  start(reading(*file, block, 0), 1);
  poll_for(context, 2);
  wait_until_told();
  EXPECT_TRUE(lease_in_another_thread(kForever));
}

TEST_F(AioLease, IsNotHadWhileSomebodyReliesOnTheReaper) {
  aio->rely(context, Reliance::kReaper);
  EXPECT_FALSE(aio->lease(context, kForever));
  aio->rely_no_more(context, Reliance::kReaper);
  EXPECT_TRUE(aio->lease(context, kForever));
}

TEST_F(AioLease, IsHadWhileSomebodyReliesOnWhoeverTakesTheEvents) {
  aio->rely(context, Reliance::kAnybody);
  EXPECT_TRUE(aio->lease(context, kForever));
  start(reading(*file, block, 0), 1);
  await_event();
  EXPECT_TRUE(aio->poll(context));
  aio->end_lease(context, kForever);
  aio->rely_no_more(context, Reliance::kAnybody);
  expect_each_once(2);
}

TEST_F(AioLease, IsNotHadWhileAnEventIsBeingToldOf) {
  shut = true;
  start(reading(*file, block, 0), 1);
  std::thread poller([&] { poll_for(context, 2); });
  wait_for(2);
  EXPECT_FALSE(aio->lease(context, kForever));
  open();
  poller.join();
  wait_until_told();
  EXPECT_TRUE(aio->lease(context, kForever));
}

TEST_F(AioLease, OfAContextThatThereIsNotIsNotHad) {
  EXPECT_FALSE(aio->lease(context + 1, kForever));
  EXPECT_FALSE(aio->lease(KernelAio::kNoContext, kForever));
}

TEST_F(AioLease, KeepsTheReaperOffUntilItEnds) {
  ASSERT_TRUE(lease_in_another_thread(kForever));
  const CallFails waits(SYS_io_getevents, 0, 0);
  aio->rely(context, Reliance::kReaper);
  start(reading(*file, block, 0), 1);
  await_event();
  EXPECT_EQ(waits.made(), 0);
  EXPECT_EQ(told(), 1U);
  aio->end_lease(context, kForever);
  wait_for(2);
  aio->rely_no_more(context, Reliance::kReaper);
  expect_each_once(2);
}

TEST_F(AioLease, ThatIsNeverGivenBackKeepsTheReaperOffForItsTime) {
  ASSERT_TRUE(lease_in_another_thread(sys::monotonic_now() + kLease));
  aio->rely(context, Reliance::kReaper);
  start(reading(*file, block, 0), 1);
  wait_for(2);
  aio->rely_no_more(context, Reliance::kReaper);
  expect_each_once(2);
}

TEST_F(AioLease, ASleepEndsWithTheTime) {
  ASSERT_TRUE(aio->lease(context, kForever));
  EXPECT_EQ(aio->sleep(context, 1), Wake::kTimeout);
}

TEST_F(AioLease, ASleepEndsWithAHandlerAlsoOneThatRestartsCalls) {
  struct sigaction action {};
  action.sa_handler = [](int /*number*/) {};
  action.sa_flags = SA_RESTART;
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  std::atomic<bool> over = false;
  const pthread_t sleeper = pthread_self();
  std::thread disturber([&] {
    while (!over) {
      pthread_kill(sleeper, SIGUSR1);
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(aio->sleep(context, kForever), Wake::kInterrupted);
  over = true;
  disturber.join();
  ASSERT_EQ(::sigaction(SIGUSR1, &before, nullptr), 0);
}

TEST_F(AioLease, IsNotHadWhereAThreadMayNotSleepOnTheRing) {
  {
    const CallFails forbidden(SYS_io_pgetevents, ENOSYS);
    ASSERT_TRUE(aio->lease(context, kForever));
    EXPECT_EQ(aio->sleep(context, kForever), Wake::kFailed);
    aio->end_lease(context, kForever);
  }
  EXPECT_FALSE(aio->lease(context, kForever));
}

// One thread submits and sleeps as aio_suspend() does, others ask all the time: each event is taken
// once, and the sleeper is never left asleep.
TEST_F(AioLease, LosesNoEventToThreadsThatPoll) {
  const std::size_t count = test::kSanitized ? 2'000 : 10'000;
  const CallFails sleeps(SYS_io_pgetevents, 0, 0);
  std::atomic<bool> over = false;
  std::thread poller([&] {
    while (!over) {
      aio->poll(context);
    }
  });
  for (std::size_t i = 1; i < count; ++i) {
    start(reading(*file, block, 0), i);
    while (told() <= i) {
      // As good as for ever, so that a sleep that nobody ends is one.
      const sys::Nanoseconds until = kForever - sys::monotonic_now();
      if (aio->lease(context, until)) {
        if (told() <= i) {
          EXPECT_EQ(aio->sleep(context, kForever), Wake::kEvent);
        }
        aio->end_lease(context, until);
      }
      aio->poll(context);
    }
  }
  over = true;
  poller.join();
  expect_each_once(count);
  EXPECT_GT(sleeps.made(), 0);
}

}  // namespace
}  // namespace aiox::io
