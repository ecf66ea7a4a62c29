// SPDX-License-Identifier: MIT
#include <sys/syscall.h>

#include <cerrno>
#include <thread>

#include "kernel_aio_test.h"

namespace aiox::io {
namespace {

using test::CallFails;
using test::wait_until;

class AioReaper : public KernelAioTest {
 protected:
  // One after the other, all through the reaper.
  void reap_each(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i < to; ++i) {
      const std::uint32_t context = start(reading(*file, block, 0), i);
      aio->rely(context, Reliance::kReaper);
      wait_for(i + 1);
      aio->rely_no_more(context, Reliance::kReaper);
    }
  }

  Block block;
};

TEST_F(AioReaper, DoesNotExistBeforeItIsNeededAndLeavesWhenIdle) {
  EXPECT_EQ(reapers(), 0U);
  reap_each(0, 1);
  wait_until([] { return reapers() == 0; }, "the end of the reaper");
  reap_each(1, 2);
  expect_each_once(2);
}

TEST_F(AioReaper, TakesWhatSomebodyReliesOnItFor) {
  config.set(sys::Option::kIdleMs, 86'400'000);
  reap_each(0, 1'000);
  shut = true;  // it stays while it tells
  reap_each(1'000, 1'001);
  EXPECT_EQ(reapers(), 1U);
  open();
  expect_each_once(1'001);
  config.set(sys::Option::kIdleMs, 1);
}

TEST_F(AioReaper, BlocksAllSignalsAndHasItsContextsNumber) {
  shut = true;  // it stays while it tells
  reap_each(0, 1);
  const std::vector<test::ThreadInfo> threads = test::threads_named("aiox/reaper");
  ASSERT_EQ(threads.size(), 1U);
  EXPECT_EQ(threads[0].name, "aiox/reaper-0");
  // All but KILL, STOP and the two that libc keeps to itself.
  EXPECT_EQ(threads[0].blocked_signals, ~(1ULL << 8 | 1ULL << 18 | 1ULL << 31 | 1ULL << 32));
  open();
}

TEST_F(AioReaper, LosesNothingWhileItComesAndGoes) {
  config.set(sys::Option::kIdleMs, 0);
  for (std::uint64_t i = 0; i < 500; ++i) {
    reap_each(i, i + 1);
    if (i % 10 == 0) {
      wait_until([] { return reapers() == 0; }, "the end of the reaper");
    }
  }
  expect_each_once(500);
}

TEST_F(AioReaper, RacesWithThreadsThatPollAndEachEventIsTakenOnce) {
  const std::size_t count = test::kSanitized ? 5'000 : 20'000;
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        aio->poll(0);
      }
    });
  }
  for (std::uint64_t cookie = 0; cookie < count; ++cookie) {
    wait_until([&] { return submit(reading(*file, block, 0), cookie).taken == 1; }, "room");
  }
  over = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  poll_for(0, count);
  expect_each_once(count);
}

TEST_F(AioReaper, AndAThreadThatPollsTellAtTheSameTime) {
  shut = true;
  const std::uint32_t context = start(reading(*file, block, 0), 0);
  start(reading(*file, block, 0), 1);
  std::atomic<bool> over = false;
  std::thread poller([&] {
    while (!over) {
      aio->poll(context);
    }
  });
  wait_for(2);
  over = true;
  open();
  poller.join();
  expect_each_once(2);
}

TEST_F(AioReaper, AloneTakesWhatIsNotPlain) {
  config.set(sys::Option::kIdleMs, 86'400'000);
  const std::uint32_t context = start(reading(*file, block, 0), 0);
  aio->rely(context, Reliance::kReaper);
  wait_for(1);
  std::atomic<bool> over = false;
  std::thread poller([&] {
    while (!over) {
      aio->poll(context);
    }
  });
  for (int i = 0; i < 100; ++i) {
    const std::size_t before = told();
    start(reading(*file, block, 0), kNotPlain);
    wait_for(before + 1);
    EXPECT_EQ(last_teller(), "aiox/reaper-0");
  }
  over = true;
  poller.join();
  aio->rely_no_more(context, Reliance::kReaper);
  config.set(sys::Option::kIdleMs, 1);
}

TEST_F(AioReaper, IsNotAtTheRingWhileNobodyReliesOnIt) {
  const CallFails waits(SYS_io_getevents, 0, 0);
  for (std::uint64_t i = 0; i < 100; ++i) {
    poll_for(start(reading(*file, block, 0), i), i + 1);
  }
  EXPECT_EQ(waits.made(), 1);  // the one by which the ring is tried out
  expect_each_once(100);
}

TEST_F(AioReaper, LeavesTheRingWithTheFirstEventThatNobodyReliesOnItFor) {
  config.set(sys::Option::kIdleMs, 86'400'000);
  reap_each(0, 1);
  const CallFails waits(SYS_io_getevents, 0, 0);
  for (std::uint64_t i = 1; i < 100; ++i) {
    poll_for(start(reading(*file, block, 0), i), i + 1);
  }
  EXPECT_LE(waits.made(), 1);  // it may just have come back to it
  expect_each_once(100);
  config.set(sys::Option::kIdleMs, 1);
}

TEST_F(AioReaper, TakesInTheEndWhatNobodyAsksFor) {
  start(reading(*file, block, 0), 0);
  wait_for(1);
  expect_each_once(1);
}

TEST_F(AioReaper, NothingIsSubmittedWhereItCannotBeHad) {
  {
    const test::ThreadsFail none;
    const CallFails submissions(SYS_io_submit, 0, 0);
    const Submission refused = submit(reading(*file, block, 0), 0);
    EXPECT_EQ(refused.taken, 0U);
    EXPECT_EQ(refused.why, Submitted::kUnavailable);
    EXPECT_EQ(submissions.made(), 0);
  }
  reap_each(0, 1);
  expect_each_once(1);
}

TEST_F(AioReaper, StaysWhileRoomIsReserved) {
  const sys::SignalsBlocked proof;
  Reservation room = aio->reserve(2, proof);
  EXPECT_EQ(room.count, 2U);
  wait_until([] { return reapers() == 1; }, "the reaper");
  {
    std::atomic<int> rests = 0;
    const test::FutexWatch watch([&](bool wait, std::uint32_t) { rests += wait ? 1 : 0; });
    wait_until([&] { return rests > 10; }, "the reaper to have been idle for long");
  }
  const std::size_t before = test::threads_asked_for();
  const Operation operation = reading(*file, block, 0);
  const Order order{.operation = &operation, .cookie = 0, .reqprio = 0};
  EXPECT_EQ(aio->submit(room, {&order, 1}).taken, 1U);
  EXPECT_EQ(test::threads_asked_for(), before);
  EXPECT_EQ(room.count, 1U);
  wait_for(1);
  EXPECT_EQ(reapers(), 1U);
  aio->give_back(room);
  wait_until([] { return reapers() == 0; }, "the end of the reaper");
  expect_each_once(1);
}

TEST_F(AioReaper, TakesWhatIsOutstandingWhereItMayNotSleepOnTheRing) {
  const std::uint32_t context = start(reading(*file, block, 0), 0);
  poll_for(context, 1);
  aio->rely(context, Reliance::kReaper);
  const CallFails forbidden(SYS_io_getevents, EPERM);
  std::uint64_t next = 1;
  wait_until(
      [&] {
        const Submission submission = submit(reading(*file, block, 0), next);
        next += submission.taken;
        return submission.why == Submitted::kUnavailable && submission.error == ENOSYS;
      },
      "the end of submissions");
  wait_for(next);
  expect_each_once(next);
}

TEST_F(AioReaper, IsNotDisturbedByAnInterruptedSleep) {
  const CallFails interrupted(SYS_io_getevents, EINTR, 0);
  start(reading(*file, block, 0), 0);
  poll_for(0, 1);
  const CallFails again(SYS_io_getevents, EINTR, 100);
  reap_each(1, 50);
  expect_each_once(50);
}

}  // namespace
}  // namespace aiox::io
