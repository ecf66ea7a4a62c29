// SPDX-License-Identifier: MIT
//
// lio_listio(), with its requests held and let go one by one.
#include <aio.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include "gate_test.h"

namespace aiox::test {
namespace {

using ListIo = GateTest;

TEST_F(ListIo, WaitReturnsWhenTheLastRequestIsOver) {
  Transfer& a = make_write('A');
  Transfer& b = make_write('B');
  std::atomic<bool> returned = false;
  std::thread caller([&] {
    const std::array<aiocb*, 2> list{&a, &b};
    EXPECT_EQ(list_io(LIO_WAIT, list), 0);
    returned = true;
    EXPECT_EQ(outcome_of(a), success(1));
    EXPECT_EQ(outcome_of(b), success(1));
  });
  gate.wait_started(2);
  gate.let_go('B');
  EXPECT_EQ(wait_for(b), 0);
  EXPECT_FALSE(returned);
  gate.let_go('A');
  caller.join();
}

/// lio_listio(LIO_WAIT) from a frame of its own, interrupted by a signal.
[[gnu::noinline]] void be_interrupted(aiocb& first, aiocb& second) {
  const HandledSignal handled(SIGUSR1);
  const Pestering pestering(pthread_self(), SIGUSR1);
  const std::array<aiocb*, 2> list{&first, &second};
  EXPECT_EQ(list_io(LIO_WAIT, list), -1);
  EXPECT_EQ(errno, EINTR);
}

/// Overwrites the stack on which be_interrupted() was.
[[gnu::noinline]] void use_the_stack() {
  std::array<char, 16 * 1024> frame;
  std::memset(frame.data(), 0xa5, frame.size());
  asm volatile("" : : "r"(frame.data()) : "memory");
}

TEST_F(ListIo, InterruptedWaitLeavesTheRequestsAloneAndNothingOnTheStack) {
  Transfer& a = make_write('A');
  Transfer& b = make_write('B');
  be_interrupted(a, b);
  use_the_stack();
  EXPECT_EQ(aio_error(&a), EINPROGRESS);
  EXPECT_EQ(aio_error(&b), EINPROGRESS);
  gate.open();
  EXPECT_EQ(finish(a), success(1));
  EXPECT_EQ(finish(b), success(1));
  EXPECT_EQ(file.content().substr(0, 2), "AB");
}

TEST_F(ListIo, WaitGoesOnAfterAHandlerWithSaRestart) {
  if (kThreadSanitized) {
    GTEST_SKIP() << "it keeps signals back until the thread makes a call, and this one goes on";
  }
  const HandledSignal handled(SIGUSR1, SA_RESTART);
  const Pestering pestering(pthread_self(), SIGUSR1);
  std::thread opener([&] {
    while (handled.count() < 100) {
      std::this_thread::yield();
    }
    gate.open();
  });
  const std::array<aiocb*, 1> list{&make_write('A')};
  EXPECT_EQ(list_io(LIO_WAIT, list), 0);
  opener.join();
}

TEST_F(ListIo, ManyInterruptedWaitsDisturbNoLaterOne) {
  for (int i = 0; i < 50; ++i) {
    gate.close();
    be_interrupted(make_write('A'), make_write('B'));
    use_the_stack();
    gate.open();
    const std::array<aiocb*, 2> list{&make_write('C'), &make_write('D')};
    ASSERT_EQ(list_io(LIO_WAIT, list), 0);
    wait_for_all();
  }
}

TEST_F(ListIo, WaitEndsWithEioWhenARequestWasCanceled) {
  hold_the_only_worker();
  Transfer& a = make_write('A');
  Transfer& b = make_write('B');
  std::thread canceller([&] {
    wait_until([] { return statistics().outstanding == 3; }, "the list's submission");
    EXPECT_EQ(aio_cancel(file, &a), AIO_CANCELED);
    gate.open();
  });
  const std::array<aiocb*, 2> list{&a, &b};
  EXPECT_EQ(list_io(LIO_WAIT, list), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(outcome_of(a), failure(ECANCELED));
  EXPECT_EQ(outcome_of(b), success(1));
  canceller.join();
}

TEST_F(ListIo, WaitEndsWithEioWhenARequestFailedAndTheOthersGoOn) {
  gate.open();
  gate.answer('B', Result::failure(ENOSPC));
  const std::array<aiocb*, 3> list{&make_write('A'), &make_write('B'), &make_write('C')};
  EXPECT_EQ(list_io(LIO_WAIT, list), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(outcome_of(*list[0]), success(1));
  EXPECT_EQ(outcome_of(*list[1]), failure(ENOSPC));
  EXPECT_EQ(outcome_of(*list[2]), success(1));
}

TEST_F(ListIo, NowaitNotifiesOnceWhenTheLastRequestIsOver) {
  PendingSignal signal(SIGUSR1);
  const std::array<aiocb*, 2> list{&make_write('A'), &make_write('B')};
  sigevent event = signal_event(SIGUSR1, 5);
  ASSERT_EQ(list_io(LIO_NOWAIT, list, &event), 0);
  std::memset(&event, 0xff, sizeof event);  // it need not stay valid
  gate.wait_started(2);
  gate.let_go('B');
  EXPECT_EQ(wait_for(*list[1]), 0);
  EXPECT_FALSE(signal.is_pending());
  gate.let_go('A');
  EXPECT_EQ(signal.take().si_value.sival_int, 5);
  EXPECT_EQ(aio_error(list[0]), 0);
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(ListIo, NowaitCountsACanceledRequestAsOver) {
  PendingSignal signal(SIGUSR1);
  hold_the_only_worker();
  const std::array<aiocb*, 2> list{&make_write('A'), &make_write('B')};
  sigevent event = signal_event(SIGUSR1);
  ASSERT_EQ(list_io(LIO_NOWAIT, list, &event), 0);
  EXPECT_EQ(aio_cancel(file, list[0]), AIO_CANCELED);
  EXPECT_FALSE(signal.is_pending());
  EXPECT_EQ(aio_cancel(file, list[1]), AIO_CANCELED);
  signal.take();
}

TEST_F(ListIo, NowaitNotifiesOfEachRequestAndOfTheList) {
  PendingSignal each(SIGRTMIN);
  Callbacks of_list;
  gate.open();
  const std::array<aiocb*, 2> list{&make_write('A', {.event = signal_event(SIGRTMIN, 1)}),
                                   &make_write('B', {.event = signal_event(SIGRTMIN, 2)})};
  sigevent event = of_list.event();
  ASSERT_EQ(list_io(LIO_NOWAIT, list, &event), 0);
  EXPECT_EQ(each.take().si_value.sival_int + each.take().si_value.sival_int, 3);
  of_list.wait_for(1);
}

TEST_F(ListIo, WaitNotifiesOfEachRequestAndIgnoresItsSigevent) {
  PendingSignal each(SIGRTMIN);
  PendingSignal of_list(SIGUSR1);
  gate.open();
  const std::array<aiocb*, 1> list{&make_write('A', {.event = signal_event(SIGRTMIN, 1)})};
  sigevent event = signal_event(SIGUSR1);
  ASSERT_EQ(list_io(LIO_WAIT, list, &event), 0);
  each.take();
  EXPECT_FALSE(of_list.is_pending());
  event.sigev_notify = 4711;
  EXPECT_EQ(list_io(LIO_WAIT, list, &event), 0);
  each.take();
}

TEST_F(ListIo, RequestsOfAListRunAtTheSameTime) {
  std::vector<aiocb*> list;
  for (int i = 0; i < 10; ++i) {
    list.push_back(&make_write(static_cast<char>('A' + i)));
  }
  ASSERT_EQ(list_io(LIO_NOWAIT, list), 0);
  gate.wait_started(10);
}

TEST_F(ListIo, RequestsOfAListRankByTheirReqprio) {
  hold_the_only_worker();
  const std::array<aiocb*, 3> list{&make_write('A', {.reqprio = 2}),
                                   &make_write('B', {.reqprio = 1}),
                                   &make_write('C', {.reqprio = 0})};
  ASSERT_EQ(list_io(LIO_NOWAIT, list), 0);
  EXPECT_EQ(order_of_start(), ".CBA");
}

TEST_F(ListIo, EntryThatIsStillInProgressIsRefusedAndGoesOnUnharmed) {
  hold_the_only_worker();
  Transfer& twice = make_write('A');
  const std::array<aiocb*, 3> list{&twice, &twice, &make_write('B')};
  EXPECT_EQ(list_io(LIO_NOWAIT, list), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(aio_error(&twice), EINPROGRESS);
  EXPECT_EQ(order_of_start(), ".AB");
  EXPECT_EQ(outcome_of(twice), success(1));
}

TEST_F(ListIo, WrongModeStartsNothing) {
  const std::array<aiocb*, 1> list{&make_write('A')};
  EXPECT_EQ(list_io(4711, list), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(statistics().write.submitted, 0U);
}

TEST_F(ListIo, WrongSigeventStartsNothing) {
  const std::array<aiocb*, 1> list{&make_write('A')};
  sigevent event = signal_event(4711);
  EXPECT_EQ(list_io(LIO_NOWAIT, list, &event), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(statistics().write.submitted, 0U);
}

TEST_F(ListIo, EachOfManyWaitersWaitsForItsOwnList) {
  gate.open();
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([this] {
      Transfer a = write_of(file, "x");
      Transfer b = write_of(file, "y", 1);
      const std::array<aiocb*, 2> list{&a, &b};
      for (int round = 0; round < 300; ++round) {
        ASSERT_EQ(list_io(LIO_WAIT, list), 0);
        ASSERT_EQ(outcome_of(a), success(1));
        ASSERT_EQ(outcome_of(b), success(1));
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
}

}  // namespace
}  // namespace aiox::test
