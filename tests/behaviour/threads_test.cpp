// SPDX-License-Identifier: MIT
//
// Several threads of the program at once.
#include <aio.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/descriptors.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

void on_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back(body, i);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

constexpr int kThreads = 8;
constexpr int kRounds = 300;

TEST(Threads, ShareOneDescriptorAndReadTheirOwnBytesBack) {
  const TempFile file;
  on_threads(kThreads, [&](int number) {
    const off_t offset = off_t{512} * number;
    for (int round = 0; round < kRounds; ++round) {
      const std::string bytes(512, static_cast<char>('a' + (number + round) % 26));
      ASSERT_EQ(write_in_passing(file, bytes, offset), success(512));
      Transfer read = read_of(file, 512, offset);
      ASSERT_EQ(run_read(read), success(512));
      ASSERT_EQ(read.bytes(512), bytes);
    }
  });
}

TEST(Threads, MakeTheirFirstRequestAtTheSameTime) {
  const TempFile file("x");
  std::atomic<int> there = 0;
  on_threads(kThreads, [&](int) {
    ++there;
    while (there != kThreads) {
    }
    EXPECT_EQ(read_in_passing(file, 1), success(1));
  });
  EXPECT_EQ(statistics().read.completed, static_cast<unsigned>(kThreads));
}

TEST(Threads, ThatSubmitOneAiocbAtTheSameTimeMakeOneRequest) {
  const Ends pipe = make_pipe();
  for (int round = 0; round < 50; ++round) {
    Transfer read = read_of(pipe.reader, 1);
    std::atomic<int> accepted = 0;
    std::atomic<int> there = 0;
    on_threads(4, [&](int) {
      ++there;
      while (there != 4) {
      }
      if (aio_read(&read) == 0) {
        ++accepted;
      } else {
        EXPECT_EQ(errno, EINVAL);
      }
    });
    ASSERT_EQ(accepted, 1);
    EXPECT_EQ(statistics().outstanding, 1U);
    write_all(pipe.writer, "x");
    ASSERT_EQ(finish(read), success(1));
  }
}

TEST(Threads, ThatRetrieveOneStatusAtTheSameTimeHaveOneWinner) {
  const TempFile file("x");
  for (int round = 0; round < 50; ++round) {
    Transfer read = read_of(file, 1);
    ASSERT_EQ(aio_read(&read), 0);
    wait_for(read);
    std::atomic<int> retrieved = 0;
    on_threads(4, [&](int) { retrieved += aio_return(&read) == 1 ? 1 : 0; });
    ASSERT_EQ(retrieved, 1);
  }
}

TEST(Threads, SubmitWhileAnotherCancelsEverything) {
  const TempFile file("content");
  std::atomic<bool> stop = false;
  std::thread canceller([&] {
    while (!stop) {
      EXPECT_GE(aio_cancel(file, nullptr), 0);
    }
  });
  on_threads(4, [&](int) {
    for (int round = 0; round < kRounds; ++round) {
      Transfer read = read_of(file, 7);
      ASSERT_EQ(aio_read(&read), 0);
      const Outcome outcome = finish(read);
      ASSERT_TRUE(outcome == success(7) || outcome == failure(ECANCELED));
    }
  });
  stop = true;
  canceller.join();
  const aiox_statistics stats = statistics();
  EXPECT_EQ(stats.read.completed + stats.read.cancelled, stats.read.submitted);
}

TEST(Threads, MayEndBeforeTheirRequests) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  std::thread([&] { EXPECT_EQ(aio_read(&read), 0); }).join();
  write_all(pipe.writer, "x");
  EXPECT_EQ(finish(read), success(1));
}

TEST(Threads, ChangeTheLimitsWhileOthersWork) {
  const TempFile file("content");
  std::atomic<bool> stop = false;
  std::thread tuner([&] {
    for (int i = 0; !stop; ++i) {
      limit_workers(1 + i % 8, 1);
    }
  });
  on_threads(4, [&](int) {
    for (int round = 0; round < kRounds; ++round) {
      ASSERT_EQ(read_in_passing(file, 7), success(7));
    }
  });
  stop = true;
  tuner.join();
}

}  // namespace
}  // namespace aiox::test
