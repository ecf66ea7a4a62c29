// SPDX-License-Identifier: MIT
//
// aio_fsync() as a barrier for the file, through whatever descriptor; and the order of appending.
#include <aio.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <string>

#include "gate_test.h"

namespace aiox::test {
namespace {

class FileBarrier : public GateTest {
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

  void expect_to_cover_a_write_through(int other) {
    Transfer& written = write('A', {.fildes = other});
    gate.wait_started(1);
    Transfer& synced = sync();
    EXPECT_FALSE(sync_has_started());
    gate.let_go('A');
    EXPECT_EQ(finish(written), success(1));
    gate.wait_started(3);
    EXPECT_EQ(gate.started(), "Aps");
    gate.open();
    EXPECT_EQ(finish(synced), success(0));
  }
};

TEST_F(FileBarrier, CoversAWriteThroughADup) {
  const Descriptor twin(::dup(file));
  expect_to_cover_a_write_through(twin);
}

TEST_F(FileBarrier, CoversAWriteThroughAnotherOpenOfTheFile) {
  const Descriptor other = file.reopen(O_WRONLY);
  expect_to_cover_a_write_through(other);
}

TEST_F(FileBarrier, CoversAWriteThroughAnAppendingOpenOfTheFile) {
  const Descriptor other = file.reopen(O_WRONLY | O_APPEND);
  expect_to_cover_a_write_through(other);
}

TEST_F(FileBarrier, OfADescriptorForReadingCoversTheWritesOfOthers) {
  const Descriptor reader = file.reopen(O_RDONLY);
  Transfer& written = write('A');
  gate.wait_started(1);
  Transfer& synced = sync({.fildes = reader});
  EXPECT_FALSE(sync_has_started());
  gate.let_go('A');
  wait_for(written);
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(FileBarrier, CoversTheWritesOfAllDescriptorsTogether) {
  const Descriptor twin(::dup(file));
  const Descriptor other = file.reopen(O_WRONLY);
  Transfer& a = write('A');
  Transfer& b = write('B', {.fildes = twin});
  Transfer& c = write('C', {.fildes = other});
  gate.wait_started(3);
  Transfer& synced = sync();
  for (Transfer* const each : {&c, &a}) {
    gate.let_go(each->bytes(1)[0]);
    wait_for(*each);
    EXPECT_FALSE(sync_has_started());
  }
  gate.let_go('B');
  wait_for(b);
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
}

// Who closes it by a call that we see has to wait for the write. But what stands behind a number is
// not asked for either: it may be another thread's by then, or a server's that does not answer.
TEST_F(FileBarrier, CoversAWriteThroughANumberThatStandsForAnotherFileByNow) {
  const Descriptor twin(::dup(file));
  Transfer& written = write('A', {.fildes = twin});
  gate.wait_started(1);
  replace_unseen(spare, twin);
  Transfer& synced = sync();
  EXPECT_FALSE(sync_has_started());
  gate.let_go('A');
  EXPECT_EQ(finish(written), success(1));
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(FileBarrier, DoesNotWaitForAWriteThroughANumberThatStandsForTheFileByNow) {
  const Descriptor other(::dup(spare));
  write('A', {.fildes = other});
  gate.wait_started(1);
  replace_unseen(file, other);
  Transfer& synced = sync();
  gate.let_go('s');
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(FileBarrier, DoesNotWaitForALaterWriteThroughADup) {
  const Descriptor twin(::dup(file));
  Transfer& synced = sync();
  gate.wait_started(1);
  write('A', {.fildes = twin});
  gate.wait_started(2);
  gate.let_go('s');
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(FileBarrier, DoesNotWaitForALaterWriteThroughADupThatHasACoveredOne) {
  const Descriptor twin(::dup(file));
  Transfer& covered = write('A', {.fildes = twin});
  gate.wait_started(1);
  Transfer& synced = sync();
  write('B', {.fildes = twin});
  gate.wait_started(2);
  gate.let_go('A');
  wait_for(covered);
  gate.let_go('s');
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(FileBarrier, DoesNotWaitForWritesOfOtherFilesOrForReads) {
  const Descriptor twin(::dup(file));
  write('A', {.fildes = spare});
  read('B', {.fildes = twin});
  gate.wait_started(2);
  Transfer& synced = sync();
  gate.let_go('s');
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(FileBarrier, DoesNotWaitForAWriteToAStream) {
  const Ends pipe = make_pipe();
  fill(pipe.writer);
  Transfer& pending = write('A', {.fildes = pipe.writer});
  Transfer& synced = sync();
  gate.let_go('s');
  EXPECT_EQ(finish(synced), success(0));
  EXPECT_EQ(aio_cancel(pipe.writer, &pending), AIO_CANCELED);
}

TEST_F(FileBarrier, ReportsTheErrorOfAWriteThroughAnotherDescriptor) {
  const Descriptor other = file.reopen(O_WRONLY);
  gate.answer('A', Result::failure(EIO));
  Transfer& failed = write('A', {.fildes = other});
  gate.wait_started(1);
  Transfer& synced = sync();
  gate.open();
  EXPECT_EQ(finish(synced), failure(EIO));
  EXPECT_EQ(outcome_of(failed), failure(EIO));
}

TEST_F(FileBarrier, TakesACanceledWriteThroughAnotherDescriptorForNoFailure) {
  hold_the_only_worker();
  const Descriptor other = file.reopen(O_WRONLY);
  Transfer& cancelled = write('A', {.fildes = other});
  Transfer& synced = sync();
  EXPECT_EQ(aio_cancel(other, &cancelled), AIO_CANCELED);
  gate.open();
  EXPECT_EQ(finish(synced), success(0));
}

TEST_F(FileBarrier, CanceledWhileItWaitsLeavesTheWritesAlone) {
  const Descriptor twin(::dup(file));
  Transfer& written = write('A', {.fildes = twin});
  gate.wait_started(1);
  Transfer& synced = sync();
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_CANCELED);
  EXPECT_EQ(outcome_of(synced), failure(ECANCELED));
  gate.open();
  EXPECT_EQ(finish(written), success(1));
  EXPECT_EQ(gate.started(), "A");
}

TEST_F(FileBarrier, CoversHoweverUrgentTheSyncAndHoweverPatientTheWrite) {
  const Descriptor twin(::dup(file));
  hold_the_only_worker();
  write('A', {.reqprio = 20, .fildes = twin});
  write('B', {.reqprio = 20});
  sync({.reqprio = 0});
  EXPECT_EQ(order_of_start(), ".ABs");
}

TEST_F(FileBarrier, HoldsNoWorkerWhileItWaits) {
  hold_the_only_worker();
  Transfer& covered = write('A');
  Transfer& synced = sync();
  read('B', {.fildes = spare});
  EXPECT_EQ(order_of_start(), ".ABs");
  EXPECT_EQ(outcome_of(covered), success(1));
  EXPECT_EQ(outcome_of(synced), success(0));
}

TEST_F(FileBarrier, OverThousandsOfDescriptorsComesAfterAllOfTheirWrites) {
  hold_the_only_worker();
  std::deque<Descriptor> twins;
  for (int i = 0; i < 300; ++i) {
    twins.emplace_back(::dup(file));
    write('A', {.fildes = twins.back()});
  }
  sync();
  EXPECT_EQ(order_of_start().find('s'), 301U);
}

TEST_F(FileBarrier, InTwosEachCoversWhatCameBefore) {
  const Descriptor twin(::dup(file));
  gate.answer('B', Result::failure(EIO));
  hold_the_only_worker();
  write('A');
  Transfer& first = sync();
  write('B', {.fildes = twin});
  Transfer& second = sync({.fildes = twin});
  EXPECT_EQ(order_of_start(), ".ABss");
  EXPECT_EQ(outcome_of(first), success(0));
  EXPECT_EQ(outcome_of(second), failure(EIO));
}

class Appending : public GateTest {
 protected:
  TempFile log{"", O_APPEND};
};

TEST_F(Appending, StartsOneAtATimeInTheOrderOfTheCallsWhateverThePriority) {
  hold_the_only_worker();
  write('A', {.reqprio = 20, .fildes = log});
  write('B', {.reqprio = 10, .fildes = log});
  write('C', {.reqprio = 0, .fildes = log});
  EXPECT_EQ(order_of_start(), ".ABC");
  EXPECT_EQ(log.content(), "ABC");
}

TEST_F(Appending, WaitsForTheOneBeforeThoughThereAreWorkers) {
  Transfer& first = write('A', {.fildes = log});
  write('B', {.fildes = log});
  gate.wait_started(1);
  wait_for([&]() -> Transfer& {
    Transfer& elsewhere = write('C', {.fildes = spare});
    gate.let_go('C');
    return elsewhere;
  }());
  EXPECT_EQ(gate.started(), "AC");
  gate.let_go('A');
  wait_for(first);
  gate.wait_started(3);
  EXPECT_EQ(gate.started(), "ACB");
}

TEST_F(Appending, DoesNotHoldUpReads) {
  write('A', {.fildes = log});
  gate.wait_started(1);
  Transfer& other = read('B', {.fildes = log});
  gate.let_go('B');
  EXPECT_EQ(finish(other), success(0));
}

TEST_F(Appending, GoesOnPastACanceledWrite) {
  write('A', {.fildes = log});
  Transfer& cancelled = write('B', {.fildes = log});
  write('C', {.fildes = log});
  EXPECT_EQ(aio_cancel(log, &cancelled), AIO_CANCELED);
  EXPECT_EQ(order_of_start(), "AC");
  EXPECT_EQ(log.content(), "AC");
}

TEST_F(Appending, IsCoveredByASync) {
  hold_the_only_worker();
  write('A', {.reqprio = 20, .fildes = log});
  write('B', {.reqprio = 20, .fildes = log});
  sync({.fildes = log});
  EXPECT_EQ(order_of_start(), ".ABs");
}

TEST_F(Appending, GoesOnPastAFailedWrite) {
  gate.answer('A', Result::failure(ENOSPC));
  write('A', {.fildes = log});
  write('B', {.fildes = log});
  EXPECT_EQ(order_of_start(), "AB");
  EXPECT_EQ(log.content(), "B");
}

}  // namespace
}  // namespace aiox::test
