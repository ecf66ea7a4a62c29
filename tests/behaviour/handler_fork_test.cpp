// SPDX-License-Identifier: MIT
//
// A handler that forks while its thread waits in one of the calls. The child goes on in that call,
// for requests that are its parent's: there it ends, and in the parent it goes on.
#include <aio.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "support/child.h"
#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

constexpr pid_t kNone = -1;
std::atomic<pid_t> child;

class HandlerFork : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) {
      GTEST_SKIP() << "a sanitizer's allocator may hang a child of fork()";
    }
  }

  /// `wait` submits a read of what is not there yet and waits for it. Says errno in the child, and
  /// 0 where it succeeds.
  template <typename Wait>
  void expect_end_in_the_child(const Wait& wait, int expected) {
    const Ends pipe = make_pipe();
    Transfer read = read_of(pipe.reader, 1);
    child = kNone;
    const HandledSignal handled(SIGUSR1, SA_RESTART,
                                [](const siginfo_t& /*info*/) { child = ::fork(); });
    std::thread disturber([&, waiter = ::pthread_self()] {
      wait_until([&] { return aio_error(&read) == EINPROGRESS; }, "the read");
      ::pthread_kill(waiter, SIGUSR1);
      wait_until([] { return child != kNone; }, "a child");
      int status = -1;
      EXPECT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
      write_all(pipe.writer, "x");
    });
    const int answer = wait(read);
    if (child == 0) {
      end_child((answer == 0 ? 0 : errno) == expected ? 0 : 1);
    }
    disturber.join();
    EXPECT_EQ(answer, 0);
    EXPECT_EQ(outcome_of(read), success(1));
  }
};

TEST_F(HandlerFork, EndsASuspensionInTheChildAlone) {
  expect_end_in_the_child(
      [](Transfer& read) {
        EXPECT_EQ(aio_read(&read), 0);
        const aiocb* const list[] = {&read};
        return aio_suspend(list, 1, nullptr);
      },
      0);
}

TEST_F(HandlerFork, EndsAWaitForAListInTheChildAlone) {
  expect_end_in_the_child(
      [](Transfer& read) {
        read.aio_lio_opcode = LIO_READ;
        aiocb* const list[] = {&read};
        return lio_listio(LIO_WAIT, list, 1, nullptr);
      },
      EINTR);
}

}  // namespace
}  // namespace aiox::test
