// SPDX-License-Identifier: MIT
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "support/descriptors.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioRead, ReadsFromItsOffset) {
  const TempFile file("0123456789");
  Transfer read = read_of(file, 4, 3);
  EXPECT_EQ(run_read(read), success(4));
  EXPECT_EQ(read.bytes(4), "3456");
}

TEST(AioRead, DoesNotDependOnTheFilesPosition) {
  const TempFile file("0123456789");
  ::lseek(file, 9, SEEK_SET);
  Transfer read = read_of(file, 2, 0);
  EXPECT_EQ(run_read(read), success(2));
  EXPECT_EQ(read.bytes(2), "01");
}

TEST(AioRead, AtTheEndOfAFileReturnsZero) {
  const TempFile file("0123456789");
  EXPECT_EQ(read_in_passing(file, 4, 10), success(0));
}

TEST(AioRead, FarBeyondTheEndOfAFileReturnsZero) {
  const TempFile file("0123456789");
  EXPECT_EQ(read_in_passing(file, 4, off_t{1} << 40), success(0));
}

TEST(AioRead, AcrossTheEndOfAFileIsShort) {
  const TempFile file("0123456789");
  Transfer read = read_of(file, 100, 7);
  EXPECT_EQ(run_read(read), success(3));
  EXPECT_EQ(read.bytes(4), std::string_view("789\0", 4));
}

TEST(AioRead, OfAHoleReadsZeros) {
  const TempFile file;
  ASSERT_EQ(::ftruncate(file, 8192), 0);
  Transfer read = read_of(file, 4096, 100);
  EXPECT_EQ(run_read(read), success(4096));
  EXPECT_EQ(read.bytes(4096), std::string(4096, '\0'));
}

TEST(AioRead, OfAPipeTakesWhatIsThere) {
  const Ends pipe = make_pipe();
  write_all(pipe.writer, "some");
  Transfer read = read_of(pipe.reader, 100);
  EXPECT_EQ(run_read(read), success(4));
  EXPECT_EQ(read.bytes(4), "some");
}

TEST(AioRead, OfAnEmptyPipeIsInProgressUntilBytesCome) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 100);
  ASSERT_EQ(aio_read(&read), 0);
  EXPECT_EQ(suspend_on(read, 10), -1);
  EXPECT_EQ(aio_error(&read), EINPROGRESS);
  write_all(pipe.writer, "late");
  EXPECT_EQ(finish(read), success(4));
  EXPECT_EQ(read.bytes(4), "late");
}

TEST(AioRead, OfAPipeWithoutWritersReturnsZero) {
  Ends pipe = make_pipe();
  pipe.writer.close();
  EXPECT_EQ(read_in_passing(pipe.reader, 100), success(0));
}

TEST(AioRead, PendingOnAPipeEndsWithItsLastWriter) {
  Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 100);
  ASSERT_EQ(aio_read(&read), 0);
  pipe.writer.close();
  EXPECT_EQ(finish(read), success(0));
}

TEST(AioRead, PendingOnASocketEndsWithItsPeer) {
  for (auto* const make : {make_unix_sockets, make_tcp_sockets}) {
    Ends sockets = make();
    Transfer read = read_of(sockets.reader, 100);
    ASSERT_EQ(aio_read(&read), 0);
    sockets.writer.close();
    EXPECT_EQ(finish(read), success(0));
  }
}

// glibc: the write waits for the read.
TEST(AioRead, PendingOnASocketDoesNotHoldUpAWriteOnIt) {
  const Ends sockets = make_unix_sockets();
  Transfer pending = read_of(sockets.writer, 100);
  ASSERT_EQ(aio_read(&pending), 0);
  EXPECT_EQ(write_in_passing(sockets.writer, "question"), success(8));
  EXPECT_EQ(read_exactly(sockets.reader, 8), "question");
  write_all(sockets.reader, "answer");
  EXPECT_EQ(finish(pending), success(6));
  EXPECT_EQ(pending.bytes(6), "answer");
}

// glibc: 20 of them stop all AIO of the process.
TEST(AioRead, ThirtyPendingOnPipesDoNotStopTheProcess) {
  std::vector<Ends> pipes;
  std::vector<std::unique_ptr<Transfer>> pending;
  for (int i = 0; i < 30; ++i) {
    pipes.push_back(make_pipe());
    pending.push_back(std::make_unique<Transfer>(pipes.back().reader, 1, 0));
    ASSERT_EQ(aio_read(pending.back().get()), 0);
  }
  const TempFile file("content");
  EXPECT_EQ(read_in_passing(file, 7), success(7));
  for (int i = 0; i < 30; ++i) {
    write_all(pipes[static_cast<std::size_t>(i)].writer, "x");
    EXPECT_EQ(finish(*pending[static_cast<std::size_t>(i)]), success(1));
  }
}

// glibc: EAGAIN.
TEST(AioRead, OfANonBlockingDescriptorWithNothingInItWaits) {
  for (auto* const make : {make_pipe, make_unix_sockets, make_pty}) {
    const Ends ends = make();
    const int flags = ::fcntl(ends.reader, F_GETFL) | O_NONBLOCK;
    ASSERT_EQ(::fcntl(ends.reader, F_SETFL, flags), 0);
    Transfer read = read_of(ends.reader, 10);
    ASSERT_EQ(aio_read(&read), 0);
    EXPECT_EQ(aio_error(&read), EINPROGRESS);
    write_all(ends.writer, "x");
    EXPECT_EQ(finish(read), success(1));
    EXPECT_EQ(::fcntl(ends.reader, F_GETFL), flags);
  }
}

TEST(AioRead, OfAFolderIsEisdir) {
  const Descriptor folder = open_path(".", O_RDONLY | O_DIRECTORY);
  EXPECT_EQ(read_in_passing(folder, 100), failure(EISDIR));
}

TEST(AioRead, OfAnEventfdWithTooSmallABufferIsEinval) {
  const Ends counter = make_eventfd();
  EXPECT_EQ(read_in_passing(counter.reader, 7), failure(EINVAL));
}

TEST(AioRead, MisalignedOnODirectEndsAsReadDoes) {
  const TempFile file(std::string(8192, 'd'), O_DIRECT);
  Transfer read = read_of(file, 512, 1);
  const ssize_t plain = ::pread(file, const_cast<void*>(read.aio_buf), 512, 1);
  const Outcome expected = plain == -1 ? failure(errno) : success(plain);
  EXPECT_EQ(run_read(read), expected);
}

TEST(AioRead, OfMoreThanTheKernelTakesAtOnceEndsAsReadDoes) {
  constexpr std::size_t kSize = std::size_t{3} << 30;
  void* const area = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(area, MAP_FAILED);
  const TempFile file("not so much");
  Transfer read = read_of(file, 0);
  read.aio_buf = area;
  read.aio_nbytes = kSize;
  EXPECT_EQ(run_read(read), success(11));
  EXPECT_EQ(std::string_view(static_cast<char*>(area), 11), "not so much");
  ::munmap(area, kSize);
}

TEST(AioRead, OneFileByManyRequestsAtOnceGivesEachItsBytes) {
  std::string content;
  for (int i = 0; i < 256; ++i) {
    content.append(512, static_cast<char>(i));
  }
  const TempFile file(content);
  std::vector<std::unique_ptr<Transfer>> reads;
  for (int i = 0; i < 256; ++i) {
    reads.push_back(std::make_unique<Transfer>(file, 512, off_t{512} * i));
    ASSERT_EQ(aio_read(reads.back().get()), 0);
  }
  for (int i = 0; i < 256; ++i) {
    Transfer& read = *reads[static_cast<std::size_t>(i)];
    ASSERT_EQ(finish(read), success(512));
    ASSERT_EQ(read.bytes(512), std::string(512, static_cast<char>(i)));
  }
}

}  // namespace
}  // namespace aiox::test
