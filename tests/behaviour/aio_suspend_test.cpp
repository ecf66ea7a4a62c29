// SPDX-License-Identifier: MIT
//
// What needs exact control of the requests is in gate/suspend_test.cpp.
#include <aio.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioSuspend, BeforeAnyRequestReturnsAtOnce) {
  const aiocb unused{};
  EXPECT_EQ(suspend_on(unused, 1'000), 0);
}

TEST(AioSuspend, ReturnsWhenAPendingReadGetsItsBytes) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  ASSERT_EQ(aio_read(&read), 0);
  std::thread writer([&] { write_all(pipe.writer, "x"); });
  const aiocb* const list[] = {nullptr, &read};
  EXPECT_EQ(aio_suspend(list, 2, nullptr), 0);
  EXPECT_EQ(outcome_of(read), success(1));
  writer.join();
}

TEST(AioSuspend, RunsOutOfTimeOverAPendingRead) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  ASSERT_EQ(aio_read(&read), 0);
  EXPECT_EQ(suspend_on(read, 5), -1);
  EXPECT_EQ(errno, EAGAIN);
  write_all(pipe.writer, "x");
  wait_for(read);
}

TEST(AioSuspend, InterruptedByTheSignalOfAnotherRequestIsEintr) {
  const Ends pipe = make_pipe();
  Transfer pending = read_of(pipe.reader, 1);
  ASSERT_EQ(aio_read(&pending), 0);
  const HandledSignal handled(SIGUSR1, SA_RESTART);
  const TempFile file("x");
  Transfer other = read_of(file, 1);
  other.aio_sigevent = signal_event_to(gettid(), SIGUSR1);
  std::thread submitter([&] {
    ASSERT_EQ(aio_read(&other), 0);
    wait_for(other);
  });
  while (handled.count() == 0) {
    const int result = suspend_on(pending, 1'000);
    EXPECT_EQ(result, -1);
    EXPECT_TRUE(errno == EINTR || errno == EAGAIN);
  }
  submitter.join();
  write_all(pipe.writer, "x");
  wait_for(pending);
}

TEST(AioSuspend, AcceptsEntriesThatAreListNops) {
  aiocb nop{};
  nop.aio_lio_opcode = LIO_NOP;
  EXPECT_EQ(suspend_on(nop, 1'000), 0);
}

TEST(AioSuspend, SuccessLeavesErrnoAlone) {
  const TempFile file("x");
  Transfer read = read_of(file, 1);
  ASSERT_EQ(aio_read(&read), 0);
  errno = 4711;
  while (suspend_on(read, 10'000) != 0) {
  }
  EXPECT_EQ(errno, 4711);
}

}  // namespace
}  // namespace aiox::test
