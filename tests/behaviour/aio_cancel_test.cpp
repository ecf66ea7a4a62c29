// SPDX-License-Identifier: MIT
//
// What needs exact control of the requests is in gate/cancel_test.cpp.
#include <aio.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioCancel, OfAClosedDescriptorIsEbadf) {
  aiocb block{};
  block.aio_fildes = closed_descriptor();
  EXPECT_EQ(aio_cancel(block.aio_fildes, nullptr), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(aio_cancel(block.aio_fildes, &block), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(aio_cancel(-1, nullptr), -1);
  EXPECT_EQ(errno, EBADF);
}

TEST(AioCancel, BeforeAnyRequestIsAllDone) {
  const TempFile file;
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_ALLDONE);
}

TEST(AioCancel, OfOneThatWasNeverSubmittedIsAllDone) {
  const TempFile file("x");
  read_in_passing(file, 1);
  Transfer unused = read_of(file, 1);
  EXPECT_EQ(aio_cancel(file, &unused), AIO_ALLDONE);
  EXPECT_EQ(aio_error(&unused), 0);
}

TEST(AioCancel, OfAnAiocbForAnotherDescriptorIsEinval) {
  const TempFile file("x");
  const TempFile other;
  Transfer read = read_of(file, 1);
  EXPECT_EQ(run_read(read), success(1));
  EXPECT_EQ(aio_cancel(other, &read), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(AioCancel, OfWhatIsCompleteIsAllDoneAndChangesNothing) {
  const TempFile file("x");
  Transfer read = read_of(file, 1);
  ASSERT_EQ(aio_read(&read), 0);
  wait_for(read);
  EXPECT_EQ(aio_cancel(file, &read), AIO_ALLDONE);
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_ALLDONE);
  EXPECT_EQ(outcome_of(read), success(1));
}

TEST(AioCancel, WorksOnADescriptorThatIsOpenForWritingOnly) {
  const Descriptor null = open_path("/dev/null", 1);
  EXPECT_EQ(aio_cancel(null, nullptr), AIO_ALLDONE);
}

TEST(AioCancel, LeavesErrnoAlone) {
  const TempFile file;
  errno = 4711;
  EXPECT_EQ(aio_cancel(file, nullptr), AIO_ALLDONE);
  EXPECT_EQ(errno, 4711);
}

/// A read that waits for its bytes: whatever aio_cancel() says of it holds.
void cancel_pending_read(Ends ends) {
  PendingSignal signal(SIGUSR1);
  Transfer read = read_of(ends.reader, 8);
  read.aio_sigevent = signal_event(SIGUSR1);
  ASSERT_EQ(aio_read(&read), 0);
  switch (aio_cancel(ends.reader, &read)) {
    case AIO_CANCELED: EXPECT_EQ(outcome_of(read), failure(ECANCELED)); break;
    case AIO_NOTCANCELED:
      EXPECT_EQ(aio_error(&read), EINPROGRESS);
      write_all(ends.writer, std::string_view("\1\0\0\0\0\0\0\0", 8));
      EXPECT_EQ(finish(read), success(8));
      break;
    default: ADD_FAILURE() << "neither cancelled nor not";
  }
  signal.take();
  EXPECT_FALSE(signal.is_pending());
}

TEST(AioCancel, OfAPendingStreamReadEitherEndsItOrLeavesItAlone) {
  for (auto* const make :
       {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets, make_pty, make_eventfd}) {
    for (int i = 0; i < 20; ++i) {
      cancel_pending_read(make());
    }
  }
}

}  // namespace
}  // namespace aiox::test
