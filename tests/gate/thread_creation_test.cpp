// SPDX-License-Identifier: MIT
//
// When there cannot be another thread.
#include "thread_creation.h"

#include <aio.h>
#include <fcntl.h>

#include <array>
#include <cerrno>

#include "gate_test.h"

namespace aiox::test {
namespace {

class NoThread : public GateTest {
 protected:
  ThreadCreation threads;
};

TEST_F(NoThread, AtAllIsEagainAtTheCallWithNothingQueued) {
  threads.refuse();
  Transfer& refused = make_write('A');
  EXPECT_EQ(aio_write(&refused), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(outcome_of(refused), failure(EAGAIN));
  const aiox_statistics stats = statistics();
  EXPECT_EQ(stats.outstanding, 0U);
  EXPECT_EQ(stats.write.submitted, 0U);
  EXPECT_EQ(gate.started(), "");
}

TEST_F(NoThread, AtAllIsEagainForEachCall) {
  threads.refuse();
  Transfer& refused_read = make_read('A');
  EXPECT_EQ(aio_read(&refused_read), -1);
  EXPECT_EQ(errno, EAGAIN);
  Transfer& refused_sync = make_sync();
  EXPECT_EQ(aio_fsync(O_DSYNC, &refused_sync), -1);
  EXPECT_EQ(errno, EAGAIN);
  const std::array<aiocb*, 1> list{&make_write('B')};
  EXPECT_EQ(list_io(LIO_WAIT, list), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(aio_error(list[0]), EAGAIN);
}

TEST_F(NoThread, AtAllSendsNoNotification) {
  PendingSignal signal(SIGUSR1);
  threads.refuse();
  Transfer& refused = make_write('A', {.event = signal_event(SIGUSR1)});
  EXPECT_EQ(aio_write(&refused), -1);
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(NoThread, RefusedRequestCanBeSubmittedAgainWhenThereIsOne) {
  threads.refuse();
  Transfer& retried = make_write('A');
  EXPECT_EQ(aio_write(&retried), -1);
  threads.allow();
  EXPECT_EQ(aio_write(&retried), 0);
  gate.open();
  EXPECT_EQ(finish(retried), success(1));
  EXPECT_EQ(gate.started(), "A");
}

TEST_F(NoThread, BeyondTheFirstLeavesAllWorkToThatOne) {
  read('.', {.fildes = spare});
  gate.wait_started(1);
  threads.refuse();
  write('A');
  write('B');
  read('C');
  EXPECT_GE(threads.refusals(), 1U);
  EXPECT_EQ(order_of_start(), ".ABC");
  EXPECT_EQ(gate.most_inside(), 1U);
}

TEST_F(NoThread, BeyondSomeIsMadeGoodWhenThereCanBeMore) {
  read('.', {.fildes = spare});
  gate.wait_started(1);
  threads.refuse();
  write('A');
  threads.allow();
  write('B');
  gate.wait_started(3);
}

TEST_F(NoThread, WithAStackTooSmallIsTriedWithALargerOne) {
  threads.ask_for_stack(std::size_t{2} * 1024 * 1024);
  gate.open();
  EXPECT_EQ(finish(write('A')), success(1));
  EXPECT_GE(threads.refusals(), 1U);
}

TEST_F(NoThread, NeedsALargeStack) {
  if (kSanitized) {
    GTEST_SKIP() << "instrumented frames are larger";
  }
  write('A');
  EXPECT_GE(threads.last_stack(), std::size_t{64} * 1024);
  EXPECT_LE(threads.last_stack(), std::size_t{128} * 1024);
}

TEST_F(NoThread, CallbackComesLaterAndTheResultIsTheSame) {
  Callbacks callbacks;
  Transfer& written = write('A', {.event = callbacks.event()});
  gate.wait_started(1);
  threads.refuse();
  gate.open();
  EXPECT_EQ(finish(written), success(1));
  wait_until([] { return ThreadCreation::refusals() > 0; }, "an attempt to call back");
  EXPECT_EQ(callbacks.count(), 0U);
  threads.allow();
  callbacks.wait_for(1);
}

TEST_F(NoThread, CallbacksComeLaterEachOnce) {
  Callbacks callbacks;
  for (char name = 'A'; name < 'K'; ++name) {
    write(name, {.event = callbacks.event()});
  }
  gate.wait_started(10);
  threads.refuse();
  gate.open();
  wait_for_all();
  wait_until([] { return ThreadCreation::refusals() > 0; }, "an attempt to call back");
  EXPECT_EQ(callbacks.count(), 0U);
  threads.allow();
  callbacks.wait_for(10);
  EXPECT_EQ(callbacks.count(), 10U);
}

TEST_F(NoThread, CallbackOfACanceledRequestComesLater) {
  Callbacks callbacks;
  hold_the_only_worker();
  Transfer& queued = write('A', {.event = callbacks.event()});
  threads.refuse();
  EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
  EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
  threads.allow();
  gate.open();
  callbacks.wait_for(1);
}

TEST_F(NoThread, CallbackOfACanceledRequestComesLaterThoughTheWorkersAreStuck) {
  Callbacks callbacks;
  hold_the_only_worker();
  Transfer& queued = write('A', {.event = callbacks.event()});
  threads.refuse();
  EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
  threads.allow();
  EXPECT_EQ(aio_cancel(file, &write('B')), AIO_CANCELED);
  callbacks.wait_for(1);
}

TEST_F(NoThread, CallbackOfAnEmptyListComesWithTheNextRequest) {
  Callbacks callbacks;
  sigevent event = callbacks.event();
  threads.refuse();
  EXPECT_EQ(list_io(LIO_NOWAIT, {}, &event), 0);
  threads.allow();
  gate.open();
  EXPECT_EQ(finish(write('A')), success(1));
  callbacks.wait_for(1);
}

TEST_F(NoThread, CallbackThatIsOwedIsMadeByAWorkerThatWouldLeave) {
  if (!in_environment({{"AIOX_IDLE_MS", "0"}})) {
    return;
  }
  Callbacks callbacks;
  write('A', {.event = callbacks.event()});
  gate.wait_started(1);
  threads.refuse();
  gate.open();
  wait_until([] { return ThreadCreation::refusals() > 5; }, "repeated attempts to call back");
  threads.allow();
  callbacks.wait_for(1);
}

}  // namespace
}  // namespace aiox::test
