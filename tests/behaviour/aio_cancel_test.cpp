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

}  // namespace
}  // namespace aiox::test
