// SPDX-License-Identifier: MIT
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/descriptors.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioError, OfAZeroedAiocbIsZero) {
  const aiocb unused{};
  EXPECT_EQ(aio_error(&unused), 0);
  const TempFile file("x");
  read_in_passing(file, 1);  // the library is there now
  EXPECT_EQ(aio_error(&unused), 0);
}

TEST(AioError, IsEinprogressUntilTheEnd) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  ASSERT_EQ(aio_read(&read), 0);
  EXPECT_EQ(aio_error(&read), EINPROGRESS);
  write_all(pipe.writer, "x");
  EXPECT_EQ(wait_for(read), 0);
}

TEST(AioError, GoesOnGivingTheFinalStatusAfterAioReturn) {
  const TempFile file("x");
  Transfer good = read_of(file, 1);
  EXPECT_EQ(run_read(good), success(1));
  EXPECT_EQ(aio_error(&good), 0);
  const Descriptor full = open_path("/dev/full", O_WRONLY);
  Transfer bad = write_of(full, "x");
  EXPECT_EQ(run_write(bad), failure(ENOSPC));
  EXPECT_EQ(aio_error(&bad), ENOSPC);
  EXPECT_EQ(aio_error(&bad), ENOSPC);
}

TEST(AioError, LeavesErrnoAlone) {
  const Descriptor full = open_path("/dev/full", O_WRONLY);
  Transfer bad = write_of(full, "x");
  ASSERT_EQ(aio_write(&bad), 0);
  wait_for(bad);
  errno = 4711;
  EXPECT_EQ(aio_error(&bad), ENOSPC);
  EXPECT_EQ(errno, 4711);
}

TEST(AioError, OfAnAiocbThatOnlyClaimsToBeInProgressIsEinval) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  ASSERT_EQ(aio_read(&read), 0);
  const aiocb copy = read;
  EXPECT_EQ(aio_error(&copy), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(aio_cancel(pipe.reader, &read), AIO_CANCELED);
}

}  // namespace
}  // namespace aiox::test
