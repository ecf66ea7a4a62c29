// SPDX-License-Identifier: MIT
#include "io/blocking.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "sys/signals.h"

namespace aiox::io {
namespace {

class BlockingTest : public testing::Test {
 protected:
  BlockingTest() : file_(::memfd_create("blocking", MFD_CLOEXEC)) {
    EXPECT_EQ(::pipe2(pipe_, O_CLOEXEC), 0);
  }
  ~BlockingTest() override {
    ::close(file_);
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }

  Result read(int fildes, std::size_t nbytes, off_t offset) {
    return backend_.perform({.fildes = fildes,
                             .opcode = Opcode::kRead,
                             .kind = FileKind::kFile,
                             .buffer = buffer_,
                             .nbytes = nbytes,
                             .offset = offset});
  }

  Result write(int fildes, std::string_view bytes, off_t offset) {
    return backend_.perform({.fildes = fildes,
                             .opcode = Opcode::kWrite,
                             .kind = FileKind::kFile,
                             .buffer = const_cast<char*>(bytes.data()),
                             .nbytes = bytes.size(),
                             .offset = offset});
  }

  Result sync(int fildes, Opcode opcode) {
    return backend_.perform({.fildes = fildes,
                             .opcode = opcode,
                             .kind = FileKind::kFile,
                             .buffer = nullptr,
                             .nbytes = 0,
                             .offset = 0});
  }

  static void expect(Result result, ssize_t value, int error = 0) {
    EXPECT_EQ(result.value, value);
    EXPECT_EQ(result.error, error);
  }

  Blocking backend_;
  char buffer_[64] = {};
  int file_;
  int pipe_[2];
};

TEST_F(BlockingTest, ReadsAndWritesAtTheOffsetAndLeavesThePositionAlone) {
  expect(write(file_, "hello", 10), 5);
  expect(read(file_, 5, 10), 5);
  EXPECT_EQ(std::string(buffer_, 5), "hello");
  EXPECT_EQ(::lseek(file_, 0, SEEK_CUR), 0);
}

TEST_F(BlockingTest, AReadAcrossTheEndIsShortAndOneBehindItIsEmpty) {
  expect(write(file_, "hello", 0), 5);
  expect(read(file_, 64, 3), 2);
  expect(read(file_, 64, 5), 0);
  expect(read(file_, 64, 1'000), 0);
}

TEST_F(BlockingTest, AFileWithoutPositionsIsReadAndWrittenWhereItStands) {
  expect(write(pipe_[1], "stream", 999), 6);
  expect(read(pipe_[0], 64, 12'345), 6);
  EXPECT_EQ(std::string(buffer_, 6), "stream");
}

TEST_F(BlockingTest, AFileWithoutPositionsIgnoresANegativeOffset) {
  expect(write(pipe_[1], "stream", -1), 6);
  expect(read(pipe_[0], 64, -7), 6);
}

TEST_F(BlockingTest, SyncsWhatCanBeSynchronised) {
  expect(sync(file_, Opcode::kSync), 0);
  expect(sync(file_, Opcode::kDataSync), 0);
  expect(sync(pipe_[0], Opcode::kSync), -1, EINVAL);
}

TEST_F(BlockingTest, ReportsTheErrorsOfTheCalls) {
  expect(read(-1, 1, 0), -1, EBADF);
  expect(write(pipe_[0], "x", 0), -1, EBADF);
  const int directory = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  expect(read(directory, 1, 0), -1, EISDIR);
  ::close(directory);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  expect(write(full, "x", 0), -1, ENOSPC);
  ::close(full);
}

TEST_F(BlockingTest, AWriteToNobodyIsEPIPEWithTheSignalBlocked) {
  const sys::SignalsBlocked as_in_a_worker;
  ::close(pipe_[0]);
  pipe_[0] = -1;
  expect(write(pipe_[1], "x", 0), -1, EPIPE);
  const sigset_t pending = [] {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
  }();
  const timespec at_once{};
  EXPECT_EQ(::sigtimedwait(&pending, nullptr, &at_once), SIGPIPE);
}

TEST_F(BlockingTest, AWriteAboveTheFileSizeLimitIsEFBIG) {
  const sys::SignalsBlocked as_in_a_worker;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 16, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  expect(write(file_, "0123456789abcdefgh", 8), 8);
  expect(write(file_, "x", 16), -1, EFBIG);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGXFSZ);
  const timespec at_once{};
  EXPECT_EQ(::sigtimedwait(&set, nullptr, &at_once), SIGXFSZ);
}

}  // namespace
}  // namespace aiox::io
