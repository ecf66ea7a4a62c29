// SPDX-License-Identifier: MIT
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioWrite, WritesAtItsOffset) {
  const TempFile file("0123456789");
  EXPECT_EQ(write_in_passing(file, "abc", 4), success(3));
  EXPECT_EQ(file.content(), "0123abc789");
}

TEST(AioWrite, BeyondTheEndOfAFileLeavesAHole) {
  const TempFile file("0");
  EXPECT_EQ(write_in_passing(file, "x", 3), success(1));
  EXPECT_EQ(file.content(), std::string_view("0\0\0x", 4));
}

TEST(AioWrite, WithOAppendAppendsWhateverTheOffset) {
  const TempFile file("0123456789", O_APPEND);
  EXPECT_EQ(write_in_passing(file, "abc", 2), success(3));
  EXPECT_EQ(write_in_passing(file, "def", 0), success(3));
  EXPECT_EQ(file.content(), "0123456789abcdef");
}

TEST(AioWrite, WithOSyncIsComplete) {
  const TempFile file("", O_SYNC);
  EXPECT_EQ(write_in_passing(file, "durable"), success(7));
  EXPECT_EQ(file.content(), "durable");
}

TEST(AioWrite, OnAFullPipeIsInProgressUntilThereIsRoom) {
  Ends pipe = make_pipe();
  fill(pipe.writer);
  Transfer write = write_of(pipe.writer, "late");
  ASSERT_EQ(aio_write(&write), 0);
  EXPECT_EQ(suspend_on(write, 10), -1);
  EXPECT_EQ(aio_error(&write), EINPROGRESS);
  read_exactly(pipe.reader, 65'536);
  EXPECT_EQ(finish(write), success(4));
  EXPECT_EQ(read_exactly(pipe.reader, 4), "late");
}

TEST(AioWrite, LargerThanAPipeIsCompleteOnceItIsRead) {
  const Ends pipe = make_pipe();
  const std::string bytes(300'000, 'p');
  Transfer write = write_of(pipe.writer, bytes);
  ASSERT_EQ(aio_write(&write), 0);
  EXPECT_EQ(read_exactly(pipe.reader, bytes.size()), bytes);
  EXPECT_EQ(finish(write), success(300'000));
}

// glibc: EAGAIN.
TEST(AioWrite, OnAFullNonBlockingPipeWaitsForRoom) {
  const Ends pipe = make_pipe();
  fill(pipe.writer);
  ASSERT_EQ(::fcntl(pipe.writer, F_SETFL, O_WRONLY | O_NONBLOCK), 0);
  Transfer write = write_of(pipe.writer, "late");
  ASSERT_EQ(aio_write(&write), 0);
  EXPECT_EQ(aio_error(&write), EINPROGRESS);
  read_exactly(pipe.reader, 65'536);
  EXPECT_EQ(finish(write), success(4));
  EXPECT_EQ(::fcntl(pipe.writer, F_GETFL), O_WRONLY | O_NONBLOCK);
}

// glibc: short, what fits.
TEST(AioWrite, OnANonBlockingPipeIsCompleteOnceItIsRead) {
  const Ends pipe = make_pipe();
  ASSERT_EQ(::fcntl(pipe.writer, F_SETFL, O_WRONLY | O_NONBLOCK), 0);
  const std::string bytes(100'000, 'x');
  Transfer write = write_of(pipe.writer, bytes);
  ASSERT_EQ(aio_write(&write), 0);
  EXPECT_EQ(read_exactly(pipe.reader, bytes.size()), bytes);
  EXPECT_EQ(finish(write), success(100'000));
  EXPECT_EQ(::fcntl(pipe.writer, F_GETFL), O_WRONLY | O_NONBLOCK);
}

TEST(AioWrite, OnAFullDeviceIsEnospc) {
  const Descriptor device = open_path("/dev/full", O_WRONLY);
  EXPECT_EQ(write_in_passing(device, "x"), failure(ENOSPC));
}

// A SIGPIPE would end the test: it has its default action.
TEST(AioWrite, OnAPipeWithoutReadersIsEpipeWithoutASignal) {
  Ends pipe = make_pipe();
  pipe.reader.close();
  EXPECT_EQ(write_in_passing(pipe.writer, "x"), failure(EPIPE));
  const PendingSignal signal(SIGPIPE);
  EXPECT_FALSE(signal.is_pending());
}

TEST(AioWrite, OnASocketWithoutPeerIsEpipeWithoutASignal) {
  Ends sockets = make_unix_sockets();
  sockets.reader.close();
  const HandledSignal handled(SIGPIPE);
  EXPECT_EQ(write_in_passing(sockets.writer, "x"), failure(EPIPE));
  EXPECT_EQ(handled.count(), 0);
}

// A SIGXFSZ would end the test: it has its default action.
TEST(AioWrite, BeyondTheFileSizeLimitIsEfbigWithoutASignal) {
  const TempFile file;
  const Limit limit(RLIMIT_FSIZE, 4096);
  EXPECT_EQ(write_in_passing(file, "x", 4096), failure(EFBIG));
  const PendingSignal signal(SIGXFSZ);
  EXPECT_FALSE(signal.is_pending());
}

TEST(AioWrite, AcrossTheFileSizeLimitIsShort) {
  const TempFile file;
  const Limit limit(RLIMIT_FSIZE, 4096);
  EXPECT_EQ(write_in_passing(file, "12345678", 4090), success(6));
}

TEST(AioWrite, BeyondTheLargestFileEndsAsWriteDoes) {
  const TempFile file;
  const off_t offset = std::numeric_limits<off_t>::max() - 1;
  const ssize_t plain = ::pwrite(file, "x", 1, offset);
  const Outcome expected = plain == -1 ? failure(errno) : success(plain);
  EXPECT_EQ(write_in_passing(file, "x", offset), expected);
}

TEST(AioWrite, OnASealedFileIsEperm) {
  const Descriptor file(::memfd_create("aiox-test", MFD_ALLOW_SEALING));
  ASSERT_EQ(::fcntl(file, F_ADD_SEALS, F_SEAL_WRITE), 0);
  EXPECT_EQ(write_in_passing(file, "x"), failure(EPERM));
}

TEST(AioWrite, WhereAFileMayNotGrowWritesWhatFits) {
  const Descriptor file(::memfd_create("aiox-test", MFD_ALLOW_SEALING));
  ASSERT_EQ(::ftruncate(file, 4096), 0);
  ASSERT_EQ(::fcntl(file, F_ADD_SEALS, F_SEAL_GROW), 0);
  const std::string bytes(8192, 'x');
  EXPECT_EQ(write_in_passing(file, bytes), success(::pwrite(file, bytes.data(), 8192, 0)));
  EXPECT_EQ(write_in_passing(file, bytes, 2048), success(2048));
  EXPECT_EQ(write_in_passing(file, "x", 4096), failure(EPERM));
}

TEST(AioWrite, OnAnEventfdWithTooFewBytesIsEinval) {
  const Ends counter = make_eventfd();
  EXPECT_EQ(write_in_passing(counter.writer, "7 bytes"), failure(EINVAL));
}

TEST(AioWrite, OfMoreThanTheKernelTakesAtOnceEndsAsWriteDoes) {
  if (kSanitized) {
    GTEST_SKIP() << "a sanitizer looks at each of the bytes";
  }
  constexpr std::size_t kSize = std::size_t{3} << 30;
  void* const area =
      ::mmap(nullptr, kSize, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(area, MAP_FAILED);
  const Descriptor null = open_path("/dev/null", O_WRONLY);
  Transfer write = write_of(null, "");
  write.aio_buf = area;
  write.aio_nbytes = kSize;
  const ssize_t plain = ::write(null, area, kSize);
  EXPECT_EQ(plain, 0x7ffff000);
  EXPECT_EQ(run_write(write), success(plain));
  ::munmap(area, kSize);
}

TEST(AioWrite, ManyAtOnceToOneFileLeaveAllTheirBytes) {
  const TempFile file;
  std::string expected;
  std::vector<std::unique_ptr<Transfer>> writes;
  for (int i = 0; i < 256; ++i) {
    const std::string bytes(512, static_cast<char>(i));
    expected += bytes;
    writes.push_back(std::make_unique<Transfer>(file, bytes, off_t{512} * i));
    ASSERT_EQ(aio_write(writes.back().get()), 0);
  }
  for (const auto& write : writes) {
    ASSERT_EQ(finish(*write), success(512));
  }
  EXPECT_EQ(file.content(), expected);
}

}  // namespace
}  // namespace aiox::test
