// SPDX-License-Identifier: MIT
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/descriptors.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioReturn, GivesTheReturnStatusOnce) {
  const TempFile file("content");
  Transfer read = read_of(file, 100);
  ASSERT_EQ(aio_read(&read), 0);
  wait_for(read);
  EXPECT_EQ(aio_return(&read), 7);
  for (int i = 0; i < 3; ++i) {
    errno = 0;
    EXPECT_EQ(aio_return(&read), -1);
    EXPECT_EQ(errno, EINVAL);
  }
}

TEST(AioReturn, OfAFailureIsMinusOneWithItsErrorInErrno) {
  const Descriptor full = open_path("/dev/full", O_WRONLY);
  Transfer write = write_of(full, "x");
  ASSERT_EQ(aio_write(&write), 0);
  wait_for(write);
  errno = 0;
  EXPECT_EQ(aio_return(&write), -1);
  EXPECT_EQ(errno, ENOSPC);
  EXPECT_EQ(aio_return(&write), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(AioReturn, InProgressIsEinprogressAndRetrievesNothing) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  ASSERT_EQ(aio_read(&read), 0);
  EXPECT_EQ(aio_return(&read), -1);
  EXPECT_EQ(errno, EINPROGRESS);
  write_all(pipe.writer, "x");
  EXPECT_EQ(finish(read), success(1));
}

TEST(AioReturn, OfAZeroedAiocbIsZero) {
  aiocb unused{};
  EXPECT_EQ(aio_return(&unused), 0);
}

TEST(AioReturn, OfASecondRequestOfTheSameAiocbIsItsOwn) {
  const TempFile file("0123456789");
  Transfer read = read_of(file, 4, 0);
  EXPECT_EQ(run_read(read), success(4));
  read.aio_offset = 8;
  EXPECT_EQ(run_read(read), success(2));
  EXPECT_EQ(aio_return(&read), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(AioReturn, ThatIsMissingDoesNotKeepTheAiocbFromItsNextRequest) {
  const TempFile file("0123456789");
  Transfer read = read_of(file, 4, 0);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(aio_read(&read), 0);
    ASSERT_EQ(wait_for(read), 0);
  }
  EXPECT_EQ(outcome_of(read), success(4));
}

TEST(AioReturn, WithoutAioErrorGivesTheReturnStatus) {
  const TempFile file("0123456789");
  Transfer read = read_of(file, 4, 0);
  ASSERT_EQ(aio_read(&read), 0);
  while (suspend_on(read, 1'000) != 0) {
  }
  EXPECT_EQ(aio_return(&read), 4);
}

TEST(AioReturn, OfARefusedRequestIsItsError) {
  Transfer refused = read_of(closed_descriptor(), 1);
  EXPECT_EQ(aio_read(&refused), -1);
  EXPECT_EQ(aio_error(&refused), EBADF);
  errno = 0;
  EXPECT_EQ(aio_return(&refused), -1);
  EXPECT_EQ(errno, EBADF);
}

}  // namespace
}  // namespace aiox::test
