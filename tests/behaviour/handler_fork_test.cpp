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
#include <fstream>
#include <string>
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

bool sleeps(pid_t thread) {
  const std::string path = "/proc/self/task/" + std::to_string(thread) + "/stat";
  std::string stat;
  std::getline(std::ifstream(path), stat);
  return stat.find(") S ") != std::string::npos;
}

// The child's own request in the aiocb that its parent waits for.
TEST_F(HandlerFork, ASuspensionInTheChildSleepsForWhatItsHandlerSubmits) {
  static constinit Transfer* waited_for = nullptr;
  static constinit std::atomic<bool> slept{false};
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  waited_for = &read;
  child = kNone;
  const HandledSignal handled(SIGUSR1, SA_RESTART, [](const siginfo_t& /*info*/) {
    child = ::fork();
    if (child == 0) {
      auto* const own = new Ends(make_pipe());
      waited_for->aio_fildes = own->reader;
      EXPECT_EQ(aio_read(waited_for), 0);
      std::thread([own, waiter = ::gettid()] {
        wait_until([&] { return sleeps(waiter); }, "a sleep");
        slept = true;
        write_all(own->writer, "c");
      }).detach();
    }
  });
  EXPECT_EQ(aio_read(&read), 0);
  std::thread disturber([&, waiter = ::pthread_self(), thread = ::gettid()] {
    wait_until([&] { return sleeps(thread); }, "a sleep");
    ::pthread_kill(waiter, SIGUSR1);
    wait_until([] { return child != kNone; }, "a child");
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    write_all(pipe.writer, "p");
  });
  const aiocb* const list[] = {&read};
  const int answer = aio_suspend(list, 1, nullptr);
  if (child == 0) {
    end_child(answer == 0 && slept && outcome_of(read) == success(1) && read.bytes(1) == "c" ? 0
                                                                                             : 1);
  }
  disturber.join();
  EXPECT_EQ(answer, 0);
  EXPECT_EQ(outcome_of(read), success(1));
}

}  // namespace
}  // namespace aiox::test
