// SPDX-License-Identifier: MIT
//
// aio_fsync() as a barrier on its descriptor.
#include <aio.h>
#include <fcntl.h>

#include <cerrno>

#include "gate_test.h"

namespace aiox::test {
namespace {

class Fsync : public GateTest {
 protected:
  /// Whether the sync has started once all that may start has: there are workers for everything,
  /// and a later read, less urgent than all, is inside.
  bool sync_has_started() {
    const std::size_t before = gate.started().size();
    Transfer& probe = read('p', {.reqprio = 20, .fildes = spare});
    gate.wait_started(before + 1);
    gate.let_go('p');
    wait_for(probe);
    return gate.started().find('s') != std::string::npos;
  }
};

TEST_F(Fsync, WithNothingBeforeItRunsAtOnce) {
  Transfer& synced = sync();
  gate.wait_started(1);
  EXPECT_EQ(gate.started(), "s");
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(Fsync, WaitsForARunningWrite) {
  Transfer& written = write('A');
  gate.wait_started(1);
  Transfer& synced = sync();
  EXPECT_FALSE(sync_has_started());
  gate.let_go('A');
  wait_for(written);
  gate.wait_started(3);
  EXPECT_EQ(gate.started(), "Aps");
  EXPECT_EQ(aio_error(&synced), EINPROGRESS);
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(Fsync, WaitsForQueuedWritesWhateverTheirPriority) {
  hold_the_only_worker();
  write('A', {.reqprio = 20});
  write('B', {.reqprio = 0});
  sync();
  EXPECT_EQ(order_of_start(), ".BAs");
}

TEST_F(Fsync, DoesNotWaitForLaterWrites) {
  Transfer& before = write('A');
  gate.wait_started(1);
  Transfer& synced = sync();
  write('B');
  gate.wait_started(2);
  gate.let_go('A');
  wait_for(before);
  gate.let_go('s');
  EXPECT_EQ(finish(synced), success(0));
  EXPECT_EQ(gate.started(), "ABs");
}

TEST_F(Fsync, DoesNotHoldUpLaterWrites) {
  write('A');
  gate.wait_started(1);
  Transfer& synced = sync();
  Transfer& later = write('B');
  gate.let_go('B');
  EXPECT_EQ(finish(later), success(1));
  EXPECT_EQ(aio_error(&synced), EINPROGRESS);
}

TEST_F(Fsync, DoesNotWaitForReads) {
  read('A');
  gate.wait_started(1);
  Transfer& synced = sync();
  gate.let_go('s');
  EXPECT_EQ(finish(synced), success(0));
  EXPECT_EQ(gate.started(), "As");
}

TEST_F(Fsync, WaitsForEachOfSeveralWritesInWhateverOrderTheyEnd) {
  Transfer& a = write('A');
  Transfer& b = write('B');
  gate.wait_started(2);
  sync();
  gate.let_go('B');
  wait_for(b);
  EXPECT_FALSE(sync_has_started());
  gate.let_go('A');
  wait_for(a);
  gate.wait_started(4);
  EXPECT_EQ(gate.started().back(), 's');
}

TEST_F(Fsync, ReportsTheErrorOfAWriteThatItCovers) {
  gate.answer('B', Result::failure(EIO));
  hold_the_only_worker();
  write('A');
  Transfer& failed = write('B');
  Transfer& synced = sync();
  gate.open();
  EXPECT_EQ(finish(synced), failure(EIO));
  EXPECT_EQ(outcome_of(failed), failure(EIO));
}

TEST_F(Fsync, DoesNotReportTheErrorOfAWriteThatWasOverBefore) {
  gate.open();
  gate.answer('A', Result::failure(EIO));
  EXPECT_EQ(finish(write('A')), failure(EIO));
  EXPECT_EQ(finish(sync()), success(0));
}

TEST_F(Fsync, DoesNotReportTheErrorOfALaterWrite) {
  gate.answer('B', Result::failure(EIO));
  Transfer& before = write('A');
  gate.wait_started(1);
  Transfer& synced = sync();
  Transfer& later = write('B');
  gate.let_go('B');
  EXPECT_EQ(finish(later), failure(EIO));
  gate.let_go('A');
  wait_for(before);
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(Fsync, ReportsTheFirstOfSeveralErrors) {
  gate.answer('A', Result::failure(EIO));
  gate.answer('B', Result::failure(ENOSPC));
  hold_the_only_worker();
  write('A');
  write('B');
  Transfer& synced = sync();
  gate.open();
  EXPECT_EQ(finish(synced), failure(EIO));
}

TEST_F(Fsync, ReportsItsOwnError) {
  gate.answer('s', Result::failure(EDQUOT));
  Transfer& synced = sync();
  gate.open();
  EXPECT_EQ(finish(synced), failure(EDQUOT));
}

TEST_F(Fsync, TakesACanceledWriteForNoFailure) {
  hold_the_only_worker();
  Transfer& cancelled = write('A');
  Transfer& synced = sync();
  EXPECT_EQ(aio_cancel(file, &cancelled), AIO_CANCELED);
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
  EXPECT_EQ(gate.started(), ".s");
}

TEST_F(Fsync, IsCanceledWhileItWaitsForWrites) {
  Transfer& running = write('A');
  gate.wait_started(1);
  Transfer& synced = sync();
  EXPECT_EQ(aio_cancel(file, &synced), AIO_CANCELED);
  EXPECT_EQ(outcome_of(synced), failure(ECANCELED));
  gate.open();
  EXPECT_EQ(finish(running), success(1));
  EXPECT_EQ(gate.started(), "A");
}

TEST_F(Fsync, IsNotCanceledWhileItRuns) {
  Transfer& synced = sync();
  gate.wait_started(1);
  EXPECT_EQ(aio_cancel(file, &synced), AIO_NOTCANCELED);
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(Fsync, TwoInARowEachCoverWhatCameBefore) {
  gate.answer('B', Result::failure(EIO));
  hold_the_only_worker();
  write('A');
  Transfer& first = sync();
  write('B');
  Transfer& second = sync();
  EXPECT_EQ(order_of_start(), ".ABss");
  EXPECT_EQ(outcome_of(first), success(0));
  EXPECT_EQ(outcome_of(second), failure(EIO));
}

TEST_F(Fsync, OfOneDescriptorDoesNotWaitForAnotherFile) {
  const TempFile other;
  write('A', {.fildes = other});
  gate.wait_started(1);
  Transfer& synced = sync();
  gate.let_go('s');
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(Fsync, TellsItsCompletionToWaiterAndSignal) {
  PendingSignal signal(SIGUSR2);
  gate.open();
  Transfer& synced = sync({.event = signal_event(SIGUSR2, 3)});
  EXPECT_EQ(finish(synced), success(0));
  EXPECT_EQ(signal.take().si_value.sival_int, 3);
}

TEST_F(Fsync, WithODsyncSyncsDataOnly) {
  gate.open();
  Transfer& synced = make_sync();
  ASSERT_EQ(aio_fsync(O_DSYNC, &synced), 0);
  EXPECT_EQ(finish(synced), success(0));
  EXPECT_EQ(finish(sync()), success(0));
  EXPECT_EQ(gate.started(), "ds");
}

TEST_F(Fsync, LooksOnlyAtDescriptorAndEvent) {
  gate.open();
  Transfer& synced = make_sync({.reqprio = -77});
  synced.aio_offset = -1;
  synced.aio_nbytes = static_cast<std::size_t>(-1);
  synced.aio_buf = reinterpret_cast<void*>(1);
  synced.aio_lio_opcode = 4711;
  EXPECT_EQ(run_sync(synced), success(0));
}

TEST_F(Fsync, OverThousandsOfWritesComesAfterAllOfThem) {
  hold_the_only_worker();
  for (int i = 0; i < 2'000; ++i) {
    write('A', {.reqprio = i % 21});
  }
  sync();
  EXPECT_EQ(order_of_start().find('s'), 2'001U);
}

}  // namespace
}  // namespace aiox::test
