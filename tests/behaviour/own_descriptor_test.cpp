// SPDX-License-Identifier: MIT
//
// The library's own descriptor is not the program's to close.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "support/descriptors.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

class OwnDescriptor : public ::testing::Test {
 protected:
  OwnDescriptor() {
    EXPECT_EQ(aio_read(&parked), 0);
    own = library_descriptor();
    EXPECT_NE(own, -1);
  }

  /// By way of a descriptor that stays what it was.
  void expect_that_it_works() {
    EXPECT_EQ(aio_error(&parked), EINPROGRESS);
    write_all(ends.writer, "x");
    EXPECT_EQ(finish(parked), success(1));
  }

  Ends ends = make_pipe();
  Transfer parked = read_of(ends.reader, 1);
  int own = -1;
};

TEST_F(OwnDescriptor, IsNotOpenForClose) {
  EXPECT_EQ(::close(own), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(library_descriptor(), own);
  expect_that_it_works();
}

TEST_F(OwnDescriptor, IsCloseOnExecAndNoLowNumber) {
  EXPECT_EQ(::fcntl(own, F_GETFD), FD_CLOEXEC);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  EXPECT_GE(static_cast<rlim_t>(own), std::min<rlim_t>(1'000, files.rlim_cur - 24));
}

TEST_F(OwnDescriptor, LeavesTheLowNumbersToTheProgram) {
  const Descriptor lowest = open_path("/dev/null", O_RDONLY);
  EXPECT_EQ(static_cast<int>(lowest), ends.writer + 1);
}

TEST_F(OwnDescriptor, IsSkippedByCloseRange) {
  EXPECT_EQ(::close_range(static_cast<unsigned>(own), static_cast<unsigned>(own), 0), 0);
  EXPECT_EQ(::close_range(static_cast<unsigned>(own) - 3, static_cast<unsigned>(own) + 3, 0), 0);
  EXPECT_EQ(::close_range(static_cast<unsigned>(own) - 3, UINT_MAX, 0), 0);
  EXPECT_EQ(library_descriptor(), own);
  expect_that_it_works();
}

TEST_F(OwnDescriptor, IsSkippedByCloseRangeThatClosesWhatIsOnBothSides) {
  const int below = ::fcntl(ends.writer, F_DUPFD, own - 2);
  const int above = ::fcntl(ends.writer, F_DUPFD, own + 1);
  EXPECT_EQ(::close_range(static_cast<unsigned>(own) - 2, UINT_MAX, 0), 0);
  EXPECT_EQ(::fcntl(below, F_GETFD), -1);
  EXPECT_EQ(::fcntl(above, F_GETFD), -1);
  expect_that_it_works();
}

TEST_F(OwnDescriptor, BelowARangeIsNoPartOfIt) {
  const int above = ::fcntl(ends.writer, F_DUPFD, own + 1);
  EXPECT_EQ(::close_range(static_cast<unsigned>(above), UINT_MAX, 0), 0);
  EXPECT_EQ(::fcntl(above, F_GETFD), -1);
  EXPECT_EQ(library_descriptor(), own);
  expect_that_it_works();
}

TEST_F(OwnDescriptor, IsSkippedByClosefrom) {
  ::closefrom(ends.writer + 1);
  EXPECT_EQ(library_descriptor(), own);
  expect_that_it_works();
}

TEST_F(OwnDescriptor, MakesRoomForAFileThatIsPutOnItsNumber) {
  const TempFile file("file");
  EXPECT_EQ(::dup2(file, own), own);
  EXPECT_NE(library_descriptor(), own);
  EXPECT_EQ(read_in_passing(own, 4), success(4));
  expect_that_it_works();
  EXPECT_EQ(::close(own), 0);
  EXPECT_EQ(::fcntl(own, F_GETFD), -1);
}

TEST_F(OwnDescriptor, MakesRoomForDup3AndTheNewNumberIsProtectedAndCloseOnExec) {
  const TempFile file("file");
  EXPECT_EQ(::dup3(file, own, O_CLOEXEC), own);
  const int elsewhere = library_descriptor();
  ASSERT_NE(elsewhere, -1);
  EXPECT_EQ(::fcntl(elsewhere, F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::close(elsewhere), -1);
  EXPECT_EQ(errno, EBADF);
  expect_that_it_works();
}

TEST_F(OwnDescriptor, StaysWhereItIsWhenDup2Fails) {
  EXPECT_EQ(::dup2(closed_descriptor(), own), -1);
  EXPECT_EQ(library_descriptor(), own);
  expect_that_it_works();
}

TEST_F(OwnDescriptor, CannotBePutOnAnotherNumber) {
  EXPECT_EQ(::dup2(own, own + 1), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(::dup3(own, own + 1, 0), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(::fcntl(own + 1, F_GETFD), -1);
  expect_that_it_works();
}

TEST_F(OwnDescriptor, IsAChildsToClose) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool closed = ::close(own) == 0;
    ::closefrom(3);
    ::_exit(closed && ::fcntl(STDIN_FILENO, F_GETFD) != -1 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  expect_that_it_works();
}

// The library is in use, and has no descriptor yet.
TEST(NoOwnDescriptor, IsNoReasonToCloseLowerNumbers) {
  const pid_t child = ::fork();
  if (child == 0) {
    const TempFile file("x");
    const bool served = read_in_passing(file, 1) == success(1) && library_descriptor() == -1;
    ::closefrom(file + 1);
    const bool kept = ::fcntl(file, F_GETFD) != -1 && ::fcntl(STDIN_FILENO, F_GETFD) != -1;
    ::_exit(served && kept ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace aiox::test
