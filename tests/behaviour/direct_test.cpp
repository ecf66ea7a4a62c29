// SPDX-License-Identifier: MIT
//
// O_DIRECT, which the kernel's own AIO may serve: whoever depends on a request sees its end, also
// where its submitter never looks at it again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "support/child.h"
#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

constexpr std::size_t kBlock = 4096;

class Direct : public testing::Test {
 protected:
  // From the 256th request on the kernel serves them.
  void SetUp() override {
    try {
      file.emplace(std::string(16 * kBlock, 'd'), O_DIRECT);
    } catch (const std::system_error& refused) {
      GTEST_SKIP() << "no O_DIRECT in this folder: " << refused.what();
    }
    for (int i = 0; i < 300; ++i) {
      suspend_until_over(read());
    }
  }

  Transfer& read() {
    Transfer& transfer = transfers.emplace_back(*file, kBlock, 0);
    EXPECT_EQ(::aio_read(&transfer), 0);
    return transfer;
  }

  static void suspend_until_over(Transfer& transfer) {
    const aiocb* const list[] = {&transfer};
    ASSERT_EQ(::aio_suspend(list, 1, nullptr), 0);
    EXPECT_EQ(outcome_of(transfer), success(kBlock));
  }

  std::optional<TempFile> file;
  std::deque<Transfer> transfers;
};

TEST_F(Direct, SuspendOverManyReturnsWithTheFirst) {
  std::vector<const aiocb*> list;
  for (int i = 0; i < 64; ++i) {
    list.push_back(i % 3 == 0 ? nullptr : &read());
  }
  ASSERT_EQ(::aio_suspend(list.data(), 64, nullptr), 0);
  EXPECT_TRUE(std::any_of(list.begin(), list.end(), [](const aiocb* entry) {
    return entry != nullptr && ::aio_error(entry) == 0;
  }));
  for (Transfer& transfer : transfers) {
    wait_until([&] { return ::aio_error(&transfer) != EINPROGRESS; }, "the end of all reads");
  }
}

TEST_F(Direct, SuspendBesideAStreamSeesTheRead) {
  const Ends pipe = make_pipe();
  Transfer never = read_of(pipe.reader, 1);
  ASSERT_EQ(::aio_read(&never), 0);
  for (int i = 0; i < 20; ++i) {
    Transfer& soon = read();
    const aiocb* const list[] = {&never, &soon};
    ASSERT_EQ(::aio_suspend(list, 2, nullptr), 0);
    EXPECT_EQ(::aio_error(&soon), 0);
  }
  ASSERT_EQ(::aio_cancel(pipe.reader, &never), AIO_CANCELED);
}

TEST_F(Direct, SuspendSeesWhatAnotherThreadHasSubmittedAndLeft) {
  for (int i = 0; i < 20; ++i) {
    Transfer* left = nullptr;
    std::thread([&] { left = &read(); }).join();
    Transfer& own = read();
    suspend_until_over(*left);
    suspend_until_over(own);
  }
}

TEST_F(Direct, SuspendOfSeveralThreadsWakesEachForItsOwn) {
  for (int round = 0; round < 20; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&one = read()] { suspend_until_over(one); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  }
}

/// A handler that does nothing, for as long as this lives.
class Handler {
 public:
  Handler(int signal, int flags) : signal_(signal) {
    struct sigaction action {};
    action.sa_handler = [](int /*number*/) {};
    action.sa_flags = flags;
    EXPECT_EQ(::sigaction(signal_, &action, &before_), 0);
  }
  ~Handler() { EXPECT_EQ(::sigaction(signal_, &before_, nullptr), 0); }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

 private:
  int signal_;
  struct sigaction before_ {};
};

TEST_F(Direct, SuspendWithoutATimeoutGoesOnAfterAHandlerThatRestartsCalls) {
  const Handler handler(SIGUSR1, SA_RESTART);
  const Handler of_faults(SIGFPE, 0);
  std::atomic<bool> over = false;
  std::thread disturber([&, sleeper = ::pthread_self()] {
    while (!over) {
      ::pthread_kill(sleeper, SIGUSR1);
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 200; ++i) {
    suspend_until_over(read());
  }
  over = true;
  disturber.join();
}

// The kernel has forgotten such a handler by the time that the call asks which one it was.
TEST_F(Direct, SuspendIsEndedByAHandlerThatIsForOnce) {
  struct sigaction action {};
  action.sa_handler = [](int /*number*/) {};
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  wait_until(
      [&] {
        EXPECT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
        std::atomic<bool> begun = false;
        std::thread disturber([&, sleeper = ::pthread_self()] {
          while (!begun) {
          }
          ::pthread_kill(sleeper, SIGUSR1);
        });
        Transfer& one = read();
        const aiocb* const list[] = {&one};
        begun = true;
        const bool is_ended = ::aio_suspend(list, 1, nullptr) != 0;
        EXPECT_TRUE(!is_ended || errno == EINTR);
        disturber.join();
        EXPECT_EQ(finish(one), success(kBlock));
        return is_ended;
      },
      "a sleep that is ended by the handler");
  ASSERT_EQ(::sigaction(SIGUSR1, &before, nullptr), 0);
}

// The ring is mapped in the child, too, and is its parent's alone; and where a worker serves,
// nobody wakes the child.
TEST_F(Direct, SuspendIsOverInAChildThatAHandlerForksAndLeavesTheRingAlone) {
  if (kThreadSanitized) {
    GTEST_SKIP() << "it keeps signals back until the thread makes a call";
  }
  static std::atomic<const aiocb*> asked;
  static std::atomic<pid_t> child;
  const HandledSignal handled(SIGUSR1, SA_RESTART, [](const siginfo_t& /*info*/) {
    if (asked != nullptr && ::aio_error(asked) == EINPROGRESS) {
      asked = nullptr;
      child = ::fork();
    }
  });
  for (int round = 0; round < 8; ++round) {
    child = -1;
    {
      const Pestering pestering(::pthread_self(), SIGUSR1);
      wait_until(
          [&] {
            Transfer& one = read();
            asked = &one;
            const aiocb* const list[] = {&one};
            const int error = ::aio_suspend(list, 1, nullptr);
            if (child == 0) {
              // Its own copy says how it ended, if that was before the fork.
              const int status = ::aio_error(&one);
              end_child(error == 0 && (status == 0 || (status == -1 && errno == EINVAL)) ? 0 : 1);
            }
            EXPECT_EQ(error, 0);
            asked = nullptr;
            return child > 0;
          },
          "a handler that forks");
    }
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}

TEST_F(Direct, SuspendThatMayNotWaitLooks) {
  Transfer& soon = read();
  const timespec none{};
  const aiocb* const list[] = {&soon};
  while (::aio_suspend(list, 1, &none) != 0) {
    ASSERT_EQ(errno, EAGAIN);
  }
  EXPECT_EQ(outcome_of(soon), success(kBlock));
}

TEST_F(Direct, CancelSaysInTheEndThatAReadIsOver) {
  Transfer& one = read();
  wait_until([&] { return ::aio_cancel(*file, &one) == AIO_ALLDONE; }, "the end of the read");
  EXPECT_NE(::aio_error(&one), EINPROGRESS);
  Transfer& other = read();
  wait_until([&] { return ::aio_cancel(*file, nullptr) == AIO_ALLDONE; }, "the end of the read");
  EXPECT_NE(::aio_error(&other), EINPROGRESS);
}

TEST_F(Direct, CloseWaitsForReadsThatNobodyLooksAt) {
  std::vector<Transfer*> all;
  for (int i = 0; i < 64; ++i) {
    all.push_back(&read());
  }
  file->close();
  for (Transfer* const one : all) {
    const int error = ::aio_error(one);
    EXPECT_TRUE(error == 0 || error == ECANCELED) << error;
  }
}

TEST_F(Direct, ASyncEndsThoughNobodyLooksAtItsWrites) {
  const Descriptor other = file->reopen(O_RDWR | O_DIRECT);
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 8; ++i) {
      Transfer& written =
          transfers.emplace_back(i % 2 == 0 ? *file : other, std::string(kBlock, 'w'), i * kBlock);
      ASSERT_EQ(::aio_write(&written), 0);
    }
    Transfer sync = sync_of(*file);
    ASSERT_EQ(::aio_fsync(O_SYNC, &sync), 0);
    EXPECT_EQ(suspend_on(sync, 60'000), 0);
    EXPECT_EQ(outcome_of(sync), success(0));
    for (auto written = transfers.end() - 8; written != transfers.end(); ++written) {
      EXPECT_EQ(outcome_of(*written), success(kBlock));
    }
  }
}

TEST_F(Direct, SuspendOverReadsAndWritesSeesEach) {
  for (int i = 0; i < 50; ++i) {
    Transfer& written = transfers.emplace_back(*file, std::string(kBlock, 'w'), 0);
    ASSERT_EQ(::aio_write(&written), 0);
    Transfer& one = read();
    suspend_until_over(written);
    suspend_until_over(one);
  }
}

TEST_F(Direct, AReadOfANumberThatIsAPipeOfPacketsByNowWaitsForAPacket) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_DIRECT), 0);
  const Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  replace_unseen(reader, *file);
  Transfer packet = read_of(*file, kBlock);
  ASSERT_EQ(::aio_read(&packet), 0);
  EXPECT_EQ(::aio_error(&packet), EINPROGRESS);
  write_all(writer, "packet");
  EXPECT_EQ(finish(packet), success(6));
}

// At the limit, what is over counts no more, though nobody has asked for it.
TEST(DirectLimit, ReadsThatAreOverMakeRoomForOthers) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "4"}, {"AIOX_KERNEL_AIO", "always"}})) {
    return;
  }
  const TempFile file(std::string(kBlock, 'd'));
  if (::fcntl(file, F_SETFL, O_DIRECT) == -1) {
    GTEST_SKIP() << "no O_DIRECT in this folder";
  }
  std::deque<Transfer> transfers;
  for (int i = 0; i < 100; ++i) {
    Transfer& one = transfers.emplace_back(file, kBlock, 0);
    wait_until([&] { return ::aio_read(&one) == 0; }, "room for another");
  }
  for (Transfer& one : transfers) {
    EXPECT_EQ(finish(one), success(kBlock));
  }
}

}  // namespace
}  // namespace aiox::test
