// SPDX-License-Identifier: MIT
#include "engine/run_queue.h"

#include <sched.h>

#include <cerrno>
#include <thread>
#include <vector>

#include "queue_test.h"

namespace aiox::test {
namespace {

constexpr int kMany = 3 * static_cast<int>(Lane::kCapacity);

class RunQueue : public testing::Test {
 protected:
  RunQueue() { bench.config.set(sys::Option::kAgingMs, 3'600'000); }

  void push_range(int first, int count, std::uint8_t lane) {
    for (int i = first; i < first + count; ++i) {
      bench.push(i, lane);
    }
  }

  void expect_range(int first, int count) {
    for (int i = first; i < first + count; ++i) {
      ASSERT_EQ(bench.serve_one(), i);
    }
  }

  void age(Request& request) {
    request.submitted_at = sys::monotonic_now() - 2 * bench.config.aging_time();
  }

  QueueBench bench;
};

TEST_F(RunQueue, GivesNothingWhenEmpty) {
  EXPECT_EQ(bench.take(), nullptr);
  EXPECT_EQ(bench.queue.size(), 0);
}

TEST_F(RunQueue, StartsWhatItGives) {
  Request& request = bench.push(1, lane_of(0));
  EXPECT_EQ(request.state(), State::kQueued);
  EXPECT_EQ(bench.queue.size(), 1);
  EXPECT_EQ(bench.take(), &request);
  EXPECT_EQ(request.state(), State::kRunning);
  EXPECT_EQ(bench.queue.size(), 0);
  bench.finish(request);
}

TEST_F(RunQueue, IsFifoWithinALane) {
  push_range(0, 100, lane_of(7));
  expect_range(0, 100);
}

TEST_F(RunQueue, MoreUrgentOvertakesAtTheHead) {
  push_range(0, 3, lane_of(20));
  expect_range(0, 1);  // 1 is now held as the lane's front
  bench.push(100, lane_of(0));
  expect_range(100, 1);
  expect_range(1, 2);
}

TEST_F(RunQueue, GivesLanesInTheOrderOfTheirRank) {
  for (int reqprio = ::aiox::kReqprioMax; reqprio >= 0; --reqprio) {
    bench.push(reqprio, lane_of(reqprio));
  }
  expect_range(0, ::aiox::kReqprioMax + 1);
}

TEST_F(RunQueue, RealTimeRanksStandAboveAllOthers) {
  bench.push(3, lane_of(0));
  bench.push(2, 118);
  bench.push(1, 64);
  bench.push(0, 0);
  expect_range(0, 4);
}

TEST_F(RunQueue, KeepsTheOrderThroughTheDoorIntoTheBacklogAndBack) {
  push_range(0, kMany, lane_of(5));
  EXPECT_EQ(bench.queue.size(), kMany);
  expect_range(0, kMany);
  EXPECT_EQ(bench.take(), nullptr);
  push_range(0, kMany, lane_of(5));
  expect_range(0, kMany);
}

TEST_F(RunQueue, KeepsTheOrderWhenPushesAndTakesAlternateAtTheDoorsEdge) {
  int pushed = kMany;
  int taken = 0;
  push_range(0, kMany, lane_of(5));
  for (int round = 0; round < 200; ++round) {
    const int takes = round % 7;
    expect_range(taken, takes);
    taken += takes;
    push_range(pushed, 6 - takes, lane_of(5));
    pushed += 6 - takes;
  }
  expect_range(taken, pushed - taken);
}

TEST_F(RunQueue, ACancelledRequestIsNeverTaken) {
  std::vector<Request*> requests;
  for (int i = 0; i < kMany; ++i) {
    requests.push_back(&bench.push(i, lane_of(3)));
  }
  for (std::size_t i = 0; i < requests.size(); i += 2) {  // in the door and in the backlog
    ASSERT_TRUE(bench.cancel(*requests[i], requests[i]->generation()));
  }
  EXPECT_EQ(bench.queue.size(), kMany / 2);
  for (int i = 1; i < kMany; i += 2) {
    ASSERT_EQ(bench.serve_one(), i);
  }
  EXPECT_EQ(bench.take(), nullptr);
  EXPECT_EQ(bench.queue.size(), 0);
}

TEST_F(RunQueue, ACancelledFrontMakesWayForTheNext) {
  push_range(0, 1, lane_of(20));
  Request& front = bench.push(1, lane_of(20));
  push_range(2, 1, lane_of(20));
  expect_range(0, 1);
  bench.push(100, lane_of(0));
  expect_range(100, 1);  // looks at lane 20, too, whose front is 1 now
  ASSERT_TRUE(bench.cancel(front, front.generation()));
  expect_range(2, 1);
}

TEST_F(RunQueue, AClaimCountsARequestAsTakenBeforeItIs) {
  bench.push(1, lane_of(0));
  bench.push(2, lane_of(0));
  bench.queue.claim();
  EXPECT_EQ(bench.queue.size(), 1);
  EXPECT_EQ(bench.serve_one(), 1);
  EXPECT_EQ(bench.serve_one(), -1) << "the second is claimed";
  const sys::SignalsBlocked proof;
  Request* const claimed = bench.queue.take_claimed(proof);
  ASSERT_NE(claimed, nullptr);
  EXPECT_EQ(claimed->operation.fildes, 2);
  bench.finish(*claimed);
  EXPECT_EQ(bench.queue.size(), 0);
}

TEST_F(RunQueue, AClaimOnWhatIsCancelledMeanwhileIsGivenUp) {
  Request& only = bench.push(1, lane_of(0));
  bench.queue.claim();
  EXPECT_TRUE(bench.cancel(only, only.generation()));
  const sys::SignalsBlocked proof;
  EXPECT_EQ(bench.queue.take_claimed(proof), nullptr);
  EXPECT_EQ(bench.queue.size(), 0);
  bench.push(2, lane_of(0));
  EXPECT_EQ(bench.serve_one(), 2);
}

TEST_F(RunQueue, AStaleTicketDoesNotStartTheNextLifeOfItsSlot) {
  Request& first = bench.push(1, lane_of(20));
  ASSERT_TRUE(bench.cancel(first, first.generation()));
  Request& second = bench.push(2, lane_of(0));
  ASSERT_EQ(&first, &second) << "the test needs the slot to be used again";
  bench.push(3, lane_of(20));
  expect_range(2, 2);
  EXPECT_EQ(bench.take(), nullptr);
}

TEST_F(RunQueue, PushSaysWhenTheRequestHasBeenCancelled) {
  Request& request = bench.admit(1, lane_of(0));
  ASSERT_TRUE(request.transition(request.generation(), State::kWaiting, State::kDone));
  const sys::SignalsBlocked proof;
  EXPECT_FALSE(bench.queue.push(request, request.ticket(), request.lane, proof));
  EXPECT_EQ(bench.queue.size(), 0);
  EXPECT_EQ(bench.take(), nullptr);
}

TEST_F(RunQueue, AMillionSubmitsAndCancelsTakeNoMoreSlotsThanOne) {
  push_range(0, kMany, lane_of(0));
  for (int i = 0; i < 1'000'000; ++i) {
    Request& request = bench.push(-2, lane_of(0));
    ASSERT_LE(request.index, static_cast<std::uint32_t>(kMany));
    ASSERT_TRUE(bench.cancel(request, request.generation()));
  }
  EXPECT_EQ(bench.queue.size(), kMany);
  expect_range(0, kMany);
}

TEST_F(RunQueue, ADoorFullOfCancelledRequestsStopsNobody) {
  for (int i = 0; i < kMany; ++i) {
    Request& request = bench.push(-2, lane_of(0));
    ASSERT_TRUE(bench.cancel(request, request.generation()));
  }
  push_range(0, 10, lane_of(0));
  expect_range(0, 10);
  EXPECT_EQ(bench.take(), nullptr);
}

TEST_F(RunQueue, WhatHasWaitedTooLongGoesFirst) {
  Request& old = bench.push(1, lane_of(20));
  bench.push(2, lane_of(0));
  age(old);
  expect_range(1, 2);
}

TEST_F(RunQueue, OfSeveralThatHaveWaitedTooLongTheOldestGoesFirst) {
  Request& old = bench.push(2, lane_of(10));
  Request& older = bench.push(1, lane_of(20));
  bench.push(3, lane_of(0));
  age(old);
  older.submitted_at = old.submitted_at - 1;
  expect_range(1, 3);
}

TEST_F(RunQueue, WhatHasNotWaitedTooLongStaysBehind) {
  Request& older = bench.push(2, lane_of(20));
  bench.push(1, lane_of(0));
  older.submitted_at -= bench.config.aging_time() / 2;
  expect_range(1, 2);
}

TEST_F(RunQueue, TheAgingTimeCanBeSetAtAnyTime) {
  bench.config.set(sys::Option::kAgingMs, 1);
  Request& older = bench.push(1, lane_of(20));
  bench.push(2, lane_of(0));
  older.submitted_at -= 2 * sys::kNanosecondsPerMillisecond;
  expect_range(1, 2);
}

TEST(RankOfCaller, IsTheReqprioBehindAllRealTimeRanks) {
  for (int reqprio = 0; reqprio <= ::aiox::kReqprioMax; ++reqprio) {
    EXPECT_EQ(::aiox::RunQueue::rank_of_caller(reqprio), lane_of(reqprio));
  }
}

// In a thread of its own, which has that scheduling class; -1 where the class is not permitted.
int rank_under(int policy, int priority, int reqprio) {
  int rank = -1;
  std::thread([&] {
    const sched_param parameters{.sched_priority = priority};
    if (::sched_setscheduler(0, policy, &parameters) == 0) {
      rank = ::aiox::RunQueue::rank_of_caller(reqprio);
    }
  }).join();
  return rank;
}

TEST(RankOfCaller, IsThePriorityMinusReqprioForRealTimeThreads) {
  if (rank_under(SCHED_FIFO, 1, 0) == -1) {
    GTEST_SKIP() << "SCHED_FIFO is not permitted here";
  }
  EXPECT_EQ(rank_under(SCHED_FIFO, 99, 0), 0);
  EXPECT_EQ(rank_under(SCHED_RR, 50, 10), 59);
  EXPECT_EQ(rank_under(SCHED_FIFO, 60, 20), 59);
  EXPECT_EQ(rank_under(SCHED_FIFO, 1, 20), 118);
  EXPECT_EQ(rank_under(SCHED_FIFO | SCHED_RESET_ON_FORK, 99, 3), 3);
}

}  // namespace
}  // namespace aiox::test
