// SPDX-License-Identifier: MIT
//
// aio_cancel(), with "queued" and "running" made exact by the gate.
#include <aio.h>

#include <cerrno>
#include <string>
#include <thread>

#include "gate_test.h"

namespace aiox::test {
namespace {

using Cancel = GateTest;

TEST_F(Cancel, QueuedRequestIsCanceled) {
  hold_the_only_worker();
  Transfer& queued = write('A');
  EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
  EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
}

TEST_F(Cancel, CanceledRequestNeverStarts) {
  hold_the_only_worker();
  Transfer& queued = write('A');
  write('B');
  EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
  EXPECT_EQ(order_of_start(), ".B");
  EXPECT_EQ(file.content().substr(0, 2), ".B");
}

TEST_F(Cancel, StatusRemainsCanceledWhenEverythingElseIsOver) {
  hold_the_only_worker();
  Transfer& queued = write('A');
  aio_cancel(file, &queued);
  order_of_start();
  EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
  EXPECT_EQ(aio_error(&queued), ECANCELED);
}

TEST_F(Cancel, CanceledRequestSendsItsSignal) {
  PendingSignal signal(SIGUSR1);
  hold_the_only_worker();
  Transfer& queued = write('A', {.event = signal_event(SIGUSR1, 7)});
  EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
  const siginfo_t info = signal.take();
  EXPECT_EQ(info.si_code, SI_ASYNCIO);
  EXPECT_EQ(info.si_value.sival_int, 7);
  order_of_start();
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(Cancel, CanceledRequestCallsBack) {
  hold_the_only_worker();
  int status = 0;
  Transfer& queued = make_write('A');
  Callbacks callbacks([&] { status = aio_error(&queued); });
  queued.aio_sigevent = callbacks.event();
  ASSERT_EQ(aio_write(&queued), 0);
  EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
  callbacks.wait_for(1);
  EXPECT_EQ(status, ECANCELED);
}

TEST_F(Cancel, CancelingTheFirstQueuedRequestStrandsNoOther) {
  hold_the_only_worker();
  Transfer& first = write('A');
  write('B');
  write('C');
  EXPECT_EQ(aio_cancel(file, &first), AIO_CANCELED);
  EXPECT_EQ(order_of_start(), ".BC");
}

TEST_F(Cancel, RunningRequestIsNotCanceledAndEndsUntouched) {
  Transfer& running = write('A');
  gate.wait_started(1);
  EXPECT_EQ(aio_cancel(file, &running), AIO_NOTCANCELED);
  EXPECT_EQ(aio_error(&running), EINPROGRESS);
  gate.open();
  EXPECT_EQ(finish(running), success(1));
  EXPECT_EQ(file.content().front(), 'A');
}

TEST_F(Cancel, RunningRequestStillNotifiesOnce) {
  PendingSignal signal(SIGUSR1);
  Transfer& running = write('A', {.event = signal_event(SIGUSR1)});
  gate.wait_started(1);
  EXPECT_EQ(aio_cancel(file, &running), AIO_NOTCANCELED);
  EXPECT_FALSE(signal.is_pending());
  gate.open();
  signal.take();
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(Cancel, FinishedRequestIsAllDone) {
  gate.open();
  Transfer& finished = write('A');
  EXPECT_EQ(wait_for(finished), 0);
  EXPECT_EQ(aio_cancel(file, &finished), AIO_ALLDONE);
  EXPECT_EQ(outcome_of(finished), success(1));
}

TEST_F(Cancel, SecondCancelIsAllDone) {
  hold_the_only_worker();
  Transfer& queued = write('A');
  EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
  EXPECT_EQ(aio_cancel(file, &queued), AIO_ALLDONE);
  EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
}

TEST_F(Cancel, AllOfADescriptorsQueuedRequestsAreCanceled) {
  hold_the_only_worker();
  Transfer& write_a = write('A');
  Transfer& read_b = read('B', {.reqprio = 3});
  Transfer& sync_c = sync();
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_CANCELED);
  for (Transfer* const cancelled : {&write_a, &read_b, &sync_c}) {
    EXPECT_EQ(outcome_of(*cancelled), failure(ECANCELED));
  }
  EXPECT_EQ(order_of_start(), ".");
}

TEST_F(Cancel, AllOfADescriptorWithOneRunningIsNotCanceledYetTheQueuedAre) {
  limit_workers(1);
  Transfer& running = write('A');
  gate.wait_started(1);
  Transfer& queued = write('B');
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_NOTCANCELED);
  EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
  gate.open();
  EXPECT_EQ(finish(running), success(1));
}

TEST_F(Cancel, AllOfADescriptorLeavesOtherDescriptorsAlone) {
  hold_the_only_worker();
  const TempFile other;
  write('A');
  Transfer& untouched = write('B', {.fildes = other});
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_CANCELED);
  EXPECT_EQ(aio_error(&untouched), EINPROGRESS);
  EXPECT_EQ(order_of_start(), ".B");
  EXPECT_EQ(outcome_of(untouched), success(1));
}

TEST_F(Cancel, AllOfADescriptorWithNothingOutstandingIsAllDone) {
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_ALLDONE);
  gate.open();
  wait_for(write('A'));
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_ALLDONE);
}

TEST_F(Cancel, AllNotifyWhenAllOfADescriptorAreCanceled) {
  PendingSignal signal(SIGRTMIN);
  hold_the_only_worker();
  for (int i = 0; i < 8; ++i) {
    write(static_cast<char>('A' + i), {.event = signal_event(SIGRTMIN, i)});
  }
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_CANCELED);
  unsigned seen = 0;
  for (int i = 0; i < 8; ++i) {
    seen |= 1U << signal.take().si_value.sival_int;
  }
  EXPECT_EQ(seen, 0xffU);
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(Cancel, RequestOfAnotherDescriptorIsEinvalAndGoesOn) {
  hold_the_only_worker();
  Transfer& queued = write('A');
  EXPECT_EQ(aio_cancel(spare, &queued), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(aio_error(&queued), EINPROGRESS);
  EXPECT_EQ(order_of_start(), ".A");
}

TEST_F(Cancel, WaiterInAioSuspendWakesUp) {
  hold_the_only_worker();
  Transfer& queued = write('A');
  std::thread canceller([&] { EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED); });
  EXPECT_EQ(wait_for(queued), ECANCELED);
  canceller.join();
}

TEST_F(Cancel, CanceledAiocbCanBeSubmittedAgainAtOnce) {
  hold_the_only_worker();
  Transfer& queued = write('A');
  EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
  EXPECT_EQ(aio_write(&queued), 0);
  EXPECT_EQ(order_of_start(), ".A");
  EXPECT_EQ(outcome_of(queued), success(1));
}

TEST_F(Cancel, StatisticsCountTheCanceled) {
  hold_the_only_worker();
  write('A');
  read('B');
  sync();
  aio_cancel(file, nullptr);
  const aiox_statistics stats = statistics();
  EXPECT_EQ(stats.write.cancelled, 1U);
  EXPECT_EQ(stats.read.cancelled, 1U);
  EXPECT_EQ(stats.fsync.cancelled, 1U);
  EXPECT_EQ(stats.write.failed + stats.read.failed + stats.fsync.failed, 0U);
  EXPECT_EQ(stats.outstanding, 1U);
}

// Of cancel and start exactly one wins, and what either says holds.
TEST_F(Cancel, CancelAgainstStartHasOneWinner) {
  gate.open();
  for (int i = 0; i < 2'000; ++i) {
    Transfer racer = write_of(file, "A");
    ASSERT_EQ(aio_write(&racer), 0);
    switch (aio_cancel(file, &racer)) {
      case AIO_CANCELED: ASSERT_EQ(outcome_of(racer), failure(ECANCELED)); break;
      case AIO_NOTCANCELED: ASSERT_EQ(finish(racer), success(1)); break;
      case AIO_ALLDONE: ASSERT_EQ(outcome_of(racer), success(1)); break;
      default: FAIL() << errno;
    }
  }
}

}  // namespace
}  // namespace aiox::test
