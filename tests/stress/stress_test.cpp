// SPDX-License-Identifier: MIT
//
// Several clients at once, on the same files. Every accepted request ends once, is told of once,
// and moves the right bytes; and the library's counters agree.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "client.h"
#include "scale.h"
#include "stamped_file.h"
#include "support/patience.h"
#include "support/process.h"

namespace aiox::test {
namespace {

constexpr std::size_t kClients = 4;
constexpr std::size_t kFiles = 3;

void expect_counters(const aiox_operation_statistics& before,
                     const aiox_operation_statistics& after, const Tally& tally,
                     const char* operation) {
  SCOPED_TRACE(operation);
  EXPECT_EQ(after.submitted - before.submitted, tally.accepted);
  EXPECT_EQ(after.completed - before.completed, tally.completed);
  EXPECT_EQ(after.cancelled - before.cancelled, tally.cancelled);
  EXPECT_EQ(after.failed, before.failed);
}

void ignore_interruptions() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
}

/// Has a handler run in the midst of the clients' calls until all of them have finished.
void interrupt(std::vector<std::thread>& clients, const std::atomic<std::size_t>& finished) {
  while (finished < clients.size()) {
    for (std::thread& client : clients) {
      ::pthread_kill(client.native_handle(), SIGUSR1);
      for (int i = 0; i < 20; ++i) {
        std::this_thread::yield();
      }
    }
  }
}

void stress(int calls, const Habits& habits = {}) {
  Client::block_signals();
  ignore_interruptions();
  std::deque<StampedFile> files;
  for (std::size_t i = 0; i < kFiles; ++i) {
    files.emplace_back(i, kClients, Client::kPlaces);
  }
  const std::uint32_t first_seed = seed();
  const aiox_statistics before = statistics();
  std::deque<Client> clients;  // all before the first thread, which takes the signals of others
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.emplace_back(files, i, first_seed, habits);
  }
  std::atomic<std::size_t> finished = 0;
  std::vector<std::thread> threads;
  for (Client& client : clients) {
    threads.emplace_back([&] {
      client.run(calls * scale());
      finished++;
    });
  }
  interrupt(threads, finished);
  for (std::thread& thread : threads) {
    thread.join();
  }

  wait_for_quiet();
  Tallies sum;
  for (const Client& client : clients) {
    sum.add(client.tallies());
    EXPECT_FALSE(client.was_told_too_often());
  }
  const aiox_statistics after = statistics();
  expect_counters(before.read, after.read, sum.read, "read");
  expect_counters(before.write, after.write, sum.write, "write");
  expect_counters(before.fsync, after.fsync, sum.sync, "fsync");
  for (const StampedFile& file : files) {
    EXPECT_EQ(file.wrong_blocks(), 0U);
  }
}

TEST(Stress, EveryRequestEndsOnceAndIsToldOfOnce) { stress(60'000); }

TEST(Stress, WorkersThatLeaveAtOnceStrandNobody) {
  if (in_environment({{"AIOX_IDLE_MS", "0"}})) {
    stress(20'000);
  }
}

TEST(Stress, OneWorkerServesEverybody) {
  if (in_environment({{"AIOX_MAX_WORKERS", "1"}})) {
    stress(20'000);
  }
}

TEST(Stress, AtTheLimitOfRequestsCallsFailAndNothingElse) {
  if (in_environment({{"AIOX_MAX_REQUESTS", "20"}})) {
    stress(20'000);
  }
}

TEST(Stress, UrgentRequestsThatKeepComingStarveNobody) {
  if (in_environment({{"AIOX_AGING_MS", "1"}, {"AIOX_MAX_WORKERS", "2"}})) {
    stress(20'000);
  }
}

// Now and then there is no room at all. (A small queue would be the user's, shared with others.)
TEST(Stress, AFullSignalQueueLosesNoNotification) {
  Client::block_signals();  // in the filler, too
  std::atomic<bool> over = false;
  std::thread filler([&] {
    while (!over) {
      for (const rlim_t room : {rlim_t{0}, rlim_t{1'000}}) {
        const Limit limit(RLIMIT_SIGPENDING, room);
        for (int i = 0; i < 100; ++i) {
          std::this_thread::yield();
        }
      }
    }
  });
  stress(20'000);
  over = true;
  filler.join();
}

// A thread waits for an aiocb that completes and is submitted again at the same time.
TEST(Stress, ASleeperIsNotForgottenWhenItsAiocbIsSubmittedAgain) {
  constexpr std::size_t kSleepers = 3;
  StampedFile file(0, 1, 1);
  Block buffer;
  aiocb block{};
  block.aio_fildes = file.fildes();
  block.aio_buf = &buffer;
  block.aio_nbytes = sizeof buffer;
  block.aio_sigevent.sigev_notify = SIGEV_NONE;
  std::atomic<bool> over = false;
  std::vector<std::thread> sleepers;
  for (std::size_t i = 0; i < kSleepers; ++i) {
    sleepers.emplace_back([&] {
      const aiocb* const list[] = {&block};
      while (!over) {
        EXPECT_EQ(aio_suspend(list, 1, nullptr), 0);
      }
    });
  }
  for (int i = 0; i < 10'000 * scale(); ++i) {
    ASSERT_EQ(aio_read(&block), 0);
    while (aio_error(&block) == EINPROGRESS) {
      std::this_thread::yield();
    }
  }
  over = true;
  for (std::thread& sleeper : sleepers) {
    sleeper.join();
  }
}

}  // namespace
}  // namespace aiox::test
