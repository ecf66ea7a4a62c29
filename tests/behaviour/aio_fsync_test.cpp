// SPDX-License-Identifier: MIT
//
// What it covers is in gate/fsync_test.cpp.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/descriptors.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioFsync, WithOSyncAndWithODsyncSucceeds) {
  const TempFile file("content");
  for (const int operation : {O_SYNC, O_DSYNC}) {
    Transfer sync = sync_of(file);
    ASSERT_EQ(aio_fsync(operation, &sync), 0);
    EXPECT_EQ(finish(sync), success(0));
  }
}

TEST(AioFsync, WithAnyOtherOperationIsEinval) {
  const TempFile file;
  for (const int operation : {0, -1, O_RDWR, O_APPEND, O_SYNC | O_APPEND, O_SYNC & ~O_DSYNC}) {
    Transfer sync = sync_of(file);
    EXPECT_EQ(aio_fsync(operation, &sync), -1) << operation;
    EXPECT_EQ(errno, EINVAL) << operation;
  }
  EXPECT_EQ(statistics().fsync.submitted, 0U);
}

// glibc: the call succeeds, and EINVAL is the status.
TEST(AioFsync, OfAPipeOrSocketIsEinvalAtTheCall) {
  for (auto* const make : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets,
                           make_udp_sockets, make_eventfd}) {
    const Ends ends = make();
    for (const int fildes : {int{ends.reader}, int{ends.writer}}) {
      Transfer sync = sync_of(fildes);
      for (const int operation : {O_SYNC, O_DSYNC}) {
        EXPECT_EQ(aio_fsync(operation, &sync), -1);
        EXPECT_EQ(errno, EINVAL);
      }
    }
  }
}

TEST(AioFsync, OfATerminalOrNullDeviceEndsWithEinvalAsFsyncDoes) {
  const Ends pty = make_pty();
  const Descriptor null = open_path("/dev/null", O_RDWR);
  for (const int fildes : {int{pty.reader}, int{pty.writer}, int{null}}) {
    for (const int operation : {O_SYNC, O_DSYNC}) {
      Transfer sync = sync_of(fildes);
      ASSERT_EQ(aio_fsync(operation, &sync), 0);
      EXPECT_EQ(finish(sync), failure(EINVAL));
    }
  }
}

// As a program does that wants a file's name on the disk.
TEST(AioFsync, OfADirectorySucceeds) {
  const Descriptor directory = open_path(".", O_RDONLY | O_DIRECTORY);
  for (const int operation : {O_SYNC, O_DSYNC}) {
    Transfer sync = sync_of(directory);
    ASSERT_EQ(aio_fsync(operation, &sync), 0);
    EXPECT_EQ(finish(sync), success(0));
  }
}

TEST(AioFsync, OfADescriptorOpenForReadingOnlySucceeds) {
  const TempFile file("content");
  const Descriptor reader = file.reopen(O_RDONLY);
  Transfer sync = sync_of(reader);
  EXPECT_EQ(run_sync(sync), success(0));
}

TEST(AioFsync, IsCountedByItself) {
  const TempFile file;
  Transfer sync = sync_of(file);
  run_sync(sync);
  const aiox_statistics stats = statistics();
  EXPECT_EQ(stats.fsync.submitted, 1U);
  EXPECT_EQ(stats.fsync.completed, 1U);
  EXPECT_EQ(stats.write.submitted, 0U);
}

}  // namespace
}  // namespace aiox::test
