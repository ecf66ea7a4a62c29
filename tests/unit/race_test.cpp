// SPDX-License-Identifier: MIT
//
// Queue, pool and engine with many threads at once: nothing is taken twice, nothing is left behind.
// AIOX_STRESS_SCALE makes it longer.
#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "engine_test.h"
#include "injection.h"
#include "pool_test.h"
#include "queue_test.h"
#include "support/patience.h"

namespace aiox::test {
namespace {

int scaled(int rounds) {
  const char* const text = std::getenv("AIOX_STRESS_SCALE");
  const int factor = text != nullptr ? std::atoi(text) : 1;
  return rounds * (factor > 0 ? factor : 1) / (kSanitized ? 4 : 1);
}

void join(std::vector<std::thread>& threads) {
  for (std::thread& thread : threads) {
    thread.join();
  }
  threads.clear();
}

/// Puts the process on one CPU: threads then change at any instruction, for long.
class OneCpu {
 public:
  OneCpu() {
    ::sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    ::sched_setaffinity(0, sizeof one, &one);
  }
  ~OneCpu() { ::sched_setaffinity(0, sizeof before_, &before_); }
  OneCpu(const OneCpu&) = delete;
  OneCpu& operator=(const OneCpu&) = delete;

 private:
  cpu_set_t before_;
};

TEST(RunQueueRace, EachRequestIsTakenOrCancelledOnce) {
  constexpr int kProducers = 3;
  constexpr int kConsumers = 2;
  const int rounds = scaled(20'000);
  QueueBench bench;
  std::vector<std::atomic<int>> ends(static_cast<std::size_t>(kProducers * rounds));
  std::atomic<int> ended = 0;
  const auto end = [&](int number) {
    ends[static_cast<std::size_t>(number)]++;
    ended++;
  };
  std::vector<std::thread> threads;
  for (int producer = 0; producer < kProducers; ++producer) {
    threads.emplace_back([&, producer] {
      std::mt19937 random(static_cast<unsigned>(producer));
      for (int i = 0; i < rounds; ++i) {
        const int number = producer * rounds + i;
        Request& request = bench.admit(number, lane_of(static_cast<int>(random() % 21)));
        const std::uint32_t generation = request.generation();
        const sys::SignalsBlocked proof;
        EXPECT_TRUE(bench.queue.push(request, request.ticket(), request.lane, proof));
        if (random() % 3 == 0 && bench.cancel(request, generation)) {
          end(number);
        }
      }
    });
  }
  for (int consumer = 0; consumer < kConsumers; ++consumer) {
    threads.emplace_back([&] {
      while (ended < kProducers * rounds) {
        if (const int number = bench.serve_one(); number >= 0) {
          end(number);
        } else {
          sched_yield();
        }
      }
    });
  }
  join(threads);
  for (const std::atomic<int>& count : ends) {
    ASSERT_EQ(count, 1);
  }
  EXPECT_EQ(bench.queue.size(), 0);
  EXPECT_EQ(bench.take(), nullptr);
  EXPECT_EQ(bench.table.outstanding(), 0U);
}

// The other lane is never empty, so the consumer looks at the empty one, too.
void expect_fifo(int requests) {
  QueueBench bench;
  std::atomic<int> served = 0;
  std::thread producer([&] {
    for (int number = 0; number < requests; ++number) {
      while (number - served > 2'000) {
        sched_yield();
      }
      bench.push(number, lane_of(0));
    }
  });
  constexpr int kOther = 1 << 30;
  int misplaced = 0;
  bench.push(kOther, lane_of(20));
  while (served < requests) {
    const int number = bench.serve_one();
    if (number == kOther) {
      bench.push(kOther, lane_of(20));
    } else if (number >= 0) {  // the queue may look empty while a push is under way
      misplaced += number != served;
      served++;
    }
  }
  EXPECT_EQ(misplaced, 0);
  producer.join();
}

TEST(RunQueueRace, ALaneIsFifoWhilePushesAndTakesRace) { expect_fifo(scaled(200'000)); }

TEST(RunQueueRace, ALaneIsFifoOnOneCpu) {
  const OneCpu here;
  expect_fifo(scaled(200'000));
}

/// Lets others run before every third futex call or so.
FutexWatch::Look stumbling() {
  return [](bool /*wait*/, std::uint32_t /*expected*/) {
    static std::atomic<unsigned> calls = 0;
    const unsigned call = calls.fetch_add(1, std::memory_order_relaxed) * 2'654'435'761U;
    for (unsigned i = call >> 30; i > 1; --i) {
      sched_yield();
    }
  };
}

class WorkerPoolRace : public WorkerPoolTest {
 protected:
  /// Each thread submits, waits until everything it knows of is served, and so on.
  void hunt(int submitters, int workers, int rounds) {
    bench.config.set(sys::Option::kIdleMs, 0);
    set_limit(workers);
    const FutexWatch watch(stumbling());
    std::atomic<std::size_t> pushed = 0;
    std::vector<std::thread> threads;
    for (int id = 0; id < submitters; ++id) {
      threads.emplace_back([&, id] {
        std::mt19937 random(static_cast<unsigned>(id));
        for (int i = 0; i < rounds; ++i) {
          for (unsigned burst = random() % 4; burst > 0; --burst) {
            bench.push(i, lane_of(static_cast<int>(random() % 3)));
            pushed++;
            EXPECT_TRUE(kick());
          }
          const std::size_t known = pushed;
          wait_until([&] { return server.served() + static_cast<std::size_t>(submitters) > known; },
                     "a request that was left behind");
        }
      });
    }
    join(threads);
    wait_until([&] { return server.served() == pushed; }, "a request that was left behind");
    wait_until([&] { return pool->workers() == 0; }, "the leaving of all workers");
  }
};

TEST_F(WorkerPoolRace, NoRequestIsLeftBehindByOneWorkerThatComesAndGoes) {
  hunt(1, 1, scaled(3'000));
}

TEST_F(WorkerPoolRace, NoRequestIsLeftBehindByWorkersThatComeAndGo) { hunt(3, 4, scaled(1'500)); }

TEST_F(WorkerPoolRace, WhoMayCreateNoWorkerKeepsNobodyElseFromIt) {
  bench.config.set(sys::Option::kIdleMs, 0);
  std::atomic<bool> over = false;
  std::thread closer([&] {
    while (!over) {
      const sys::SignalsBlocked proof(sys::SignalsBlocked::Threads::kAreForbidden);
      static_cast<void>(pool->kick(proof));
    }
  });
  const std::size_t rounds = static_cast<std::size_t>(scaled(200));
  for (std::size_t round = 0; round < rounds; ++round) {
    server.close();
    submit(1);
    server.wait_started(2 * round + 1);
    submit(1);
    server.wait_started(2 * round + 2);
    server.open();
    wait_until([&] { return server.served() == 2 * round + 2 && pool->workers() == 0; },
               "the leaving of all workers");
  }
  over = true;
  closer.join();
}

TEST_F(WorkerPoolRace, NoRequestIsLeftBehindOnOneCpu) {
  const OneCpu here;
  hunt(2, 3, scaled(1'500));
}

TEST_F(WorkerPoolRace, NoRequestIsLeftBehindWhileTheLimitChanges) {
  std::atomic<bool> over = false;
  std::thread changer([&] {
    for (int limit = 1; !over; limit = limit % 4 + 1) {
      set_limit(limit);
      sched_yield();
    }
  });
  hunt(2, 4, scaled(1'000));
  over = true;
  changer.join();
}

TEST_F(WorkerPoolRace, PoolsCanBeEndedWhileTheirWorkersGoToSleep) {
  for (int i = 0; i < scaled(500); ++i) {
    const std::size_t before = server.served();
    submit(3);
    wait_until([&] { return server.served() == before + 3; }, "the end of three requests");
    pool.reset();
    pool.emplace(bench.queue, server, bench.config);
  }
}

class EngineRace : public EngineTest {};

TEST_F(EngineRace, WhatWasAcceptedEndsAndWhatWasRefusedNeverStartsWhileThreadsFail) {
  config.set(sys::Option::kIdleMs, 0);
  config.set(sys::Option::kMaxWorkers, 2);
  const int rounds = scaled(3'000);
  std::atomic<bool> over = false;
  std::atomic<int> accepted = 0;
  std::vector<std::thread> threads;
  const auto submitter = [&](aiocb& request) {
    for (int i = 0; i < rounds; ++i) {
      const int error = engine->submit(request, Opcode::kWrite);
      EXPECT_TRUE(error == 0 || error == EAGAIN);
      accepted += error == 0;
      wait_until([&] { return status(request) != EINPROGRESS; }, "a request that was left behind");
    }
  };
  threads.emplace_back(submitter, std::ref(block('a')));
  threads.emplace_back(submitter, std::ref(block('b')));
  std::thread changer([&] {
    while (!over) {
      const ThreadsFail fail;
      for (int i = 0; i < 20; ++i) {
        sched_yield();
      }
    }
  });
  join(threads);
  over = true;
  changer.join();
  const auto& writes = engine->counters().write;
  EXPECT_EQ(writes.submitted, static_cast<std::uint64_t>(accepted));
  wait_until([&] { return notifier.told().size() == static_cast<std::size_t>(accepted); },
             "the notifications");
  EXPECT_EQ(writes.completed + writes.failed, static_cast<std::uint64_t>(accepted));
  // A request whose only worker could not be created may end with EAGAIN, unperformed.
  EXPECT_EQ(gate.started().size(), writes.completed);
}

}  // namespace
}  // namespace aiox::test
