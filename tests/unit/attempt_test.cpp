// SPDX-License-Identifier: MIT
#include "io/attempt.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "support/descriptors.h"

namespace aiox::io {
namespace {

using test::Ends;

class AttemptTest : public testing::Test {
 protected:
  Attempt read(int fildes, FileKind kind, std::size_t nbytes = 64) {
    return attempt_now({.fildes = fildes,
                        .opcode = Opcode::kRead,
                        .kind = kind,
                        .buffer = buffer_,
                        .nbytes = nbytes,
                        .offset = 0},
                       proof_);
  }

  Attempt write(int fildes, FileKind kind, std::string_view bytes) {
    return attempt_now({.fildes = fildes,
                        .opcode = Opcode::kWrite,
                        .kind = kind,
                        .buffer = const_cast<char*>(bytes.data()),
                        .nbytes = bytes.size(),
                        .offset = 0},
                       proof_);
  }

  static void expect_done(const Attempt& attempt, ssize_t value, int error = 0) {
    EXPECT_EQ(attempt.outcome, Attempt::Outcome::kDone);
    EXPECT_EQ(attempt.result.value, value);
    EXPECT_EQ(attempt.result.error, error);
  }

  static void expect(const Attempt& attempt, Attempt::Outcome outcome) {
    EXPECT_EQ(attempt.outcome, outcome);
  }

  static bool sigpipe_is_pending() {
    sigset_t pending;
    return ::sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
  }

  static void take_sigpipe() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    int signo = 0;
    EXPECT_EQ(::sigwait(&set, &signo), 0);
  }

  static constexpr Attempt::Outcome kNotReady = Attempt::Outcome::kNotReady;
  static constexpr Attempt::Outcome kCannot = Attempt::Outcome::kCannot;

  sys::SignalsBlocked proof_;
  char buffer_[64] = {};
};

TEST_F(AttemptTest, OfAnEmptyStreamIsNotReadyThoughTheDescriptorBlocks) {
  const Ends pipe = test::make_pipe();
  const Ends fifo = test::make_fifo();
  const Ends sockets = test::make_unix_sockets();
  const Ends counter = test::make_eventfd();
  expect(read(pipe.reader, FileKind::kPipe), kNotReady);
  expect(read(fifo.reader, FileKind::kPipe), kNotReady);
  expect(read(sockets.reader, FileKind::kSocket), kNotReady);
  expect(read(counter.reader, FileKind::kPipe), kNotReady);
}

TEST_F(AttemptTest, ReadsWhatIsThere) {
  for (auto* const make : {test::make_pipe, test::make_fifo}) {
    const Ends ends = make();
    test::write_all(ends.writer, "bytes");
    expect_done(read(ends.reader, FileKind::kPipe), 5);
    EXPECT_EQ(std::string_view(buffer_, 5), "bytes");
  }
  const Ends sockets = test::make_tcp_sockets();
  test::write_all(sockets.writer, "b");
  char unused;
  while (::recv(sockets.reader, &unused, 1, MSG_PEEK) != 1) {
  }
  expect_done(read(sockets.reader, FileKind::kSocket), 1);
}

TEST_F(AttemptTest, ReadsNothingAtTheEnd) {
  for (auto* const make : {test::make_pipe, test::make_fifo}) {
    Ends ends = make();
    ends.writer.close();
    expect_done(read(ends.reader, FileKind::kPipe), 0);
  }
  Ends sockets = test::make_unix_sockets();
  sockets.writer.close();
  expect_done(read(sockets.reader, FileKind::kSocket), 0);
}

TEST_F(AttemptTest, OfNoBytesIsDoneAtOnceAndTakesNothing) {
  const Ends sockets = test::make_datagram_sockets();
  test::write_all(sockets.writer, "message");
  expect_done(read(sockets.reader, FileKind::kSocket, 0), 0);
  expect_done(read(sockets.reader, FileKind::kSocket), 7);
}

TEST_F(AttemptTest, WritesWhatFitsAndThenIsNotReady) {
  const std::string much(1'000'000, 'x');
  const Ends pipe = test::make_pipe();
  expect_done(write(pipe.writer, FileKind::kPipe, much), 65'536);
  expect(write(pipe.writer, FileKind::kPipe, much), kNotReady);
  const Ends sockets = test::make_unix_sockets();
  const Attempt first = write(sockets.writer, FileKind::kSocket, much);
  EXPECT_EQ(first.outcome, Attempt::Outcome::kDone);
  EXPECT_GT(first.result.value, 0);
  EXPECT_LT(first.result.value, 1'000'000);
  expect(write(sockets.writer, FileKind::kSocket, much), kNotReady);
}

TEST_F(AttemptTest, CannotWhereTheFileHasNoNonBlockingMode) {
  const Ends pty = test::make_pty();
  expect(read(pty.reader, FileKind::kDevice), kCannot);
  expect(write(pty.reader, FileKind::kDevice, "x"), kCannot);
  const Ends fifo = test::make_fifo();
  expect(write(fifo.writer, FileKind::kPipe, "x"), kCannot);
}

TEST_F(AttemptTest, CannotWhereTheNumberStandsForAnotherFileThanItDid) {
  const Ends pipe = test::make_pipe();
  expect(read(pipe.reader, FileKind::kSocket), kCannot);
}

TEST_F(AttemptTest, LeavesThePositionOfARegularFileAlone) {
  const test::TempFile file("content");
  ASSERT_EQ(::lseek(file, 3, SEEK_SET), 3);
  read(file, FileKind::kPipe);
  write(file, FileKind::kPipe, "x");
  EXPECT_EQ(::lseek(file, 0, SEEK_CUR), 3);
}

TEST_F(AttemptTest, LeavesTheFlagsAlone) {
  const Ends pipe = test::make_pipe();
  const int before = ::fcntl(pipe.reader, F_GETFL);
  read(pipe.reader, FileKind::kPipe);
  EXPECT_EQ(::fcntl(pipe.reader, F_GETFL), before);
}

TEST_F(AttemptTest, WithoutAReaderIsEpipeAndLeavesNoSignal) {
  Ends pipe = test::make_pipe();
  pipe.reader.close();
  expect_done(write(pipe.writer, FileKind::kPipe, "x"), -1, EPIPE);
  EXPECT_FALSE(sigpipe_is_pending());
  Ends sockets = test::make_unix_sockets();
  sockets.reader.close();
  expect_done(write(sockets.writer, FileKind::kSocket, "x"), -1, EPIPE);
  EXPECT_FALSE(sigpipe_is_pending());
}

TEST_F(AttemptTest, LeavesASignalThatWasPendingBefore) {
  ASSERT_EQ(::pthread_kill(::pthread_self(), SIGPIPE), 0);
  Ends pipe = test::make_pipe();
  pipe.reader.close();
  expect_done(write(pipe.writer, FileKind::kPipe, "x"), -1, EPIPE);
  EXPECT_TRUE(sigpipe_is_pending());
  take_sigpipe();
}

TEST_F(AttemptTest, TellsTheErrorOfTheCall) {
  expect_done(read(test::closed_descriptor(), FileKind::kSocket), -1, EBADF);
  const Ends counter = test::make_eventfd();
  expect_done(read(counter.reader, FileKind::kPipe, 7), -1, EINVAL);
}

}  // namespace
}  // namespace aiox::io
