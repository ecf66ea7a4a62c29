// SPDX-License-Identifier: MIT
//
// In which order queued requests start.
#include <aio.h>
#include <pthread.h>
#include <sched.h>

#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "gate_test.h"

namespace aiox::test {
namespace {

using Priority = GateTest;

TEST_F(Priority, EqualRequestsStartInTheOrderOfTheirCalls) {
  hold_the_only_worker();
  for (const char name : std::string("ABCDEF")) {
    write(name);
  }
  EXPECT_EQ(order_of_start(), ".ABCDEF");
}

// More than a lane's lock-free door holds.
TEST_F(Priority, ThousandsOfEqualRequestsStartInTheOrderOfTheirCalls) {
  hold_the_only_worker();
  std::string expected = ".";
  for (int i = 0; i < 3'000; ++i) {
    const char name = static_cast<char>('a' + i % 26);
    read(name, {.fildes = spare});
    expected += name;
  }
  EXPECT_EQ(order_of_start(), expected);
}

TEST_F(Priority, CanceledOnesLeaveTheOrderOfTheOthersAsItWas) {
  hold_the_only_worker();
  std::string expected = ".";
  std::vector<Transfer*> cancelled;
  for (int i = 0; i < 2'000; ++i) {
    const char name = static_cast<char>('a' + i % 26);
    Transfer& made = read(name, {.fildes = spare});
    if (i % 3 == 0) {
      cancelled.push_back(&made);
    } else {
      expected += name;
    }
  }
  for (Transfer* const each : cancelled) {
    ASSERT_EQ(aio_cancel(spare, each), AIO_CANCELED);
  }
  read('Z', {.fildes = spare});
  EXPECT_EQ(order_of_start(), expected + "Z");
}

// glibc: AFEDCB.
TEST_F(Priority, SixRequestsOfRisingUrgencyStartInReverse) {
  hold_the_only_worker();
  int reqprio = 6;
  for (const char name : std::string("ABCDEF")) {
    write(name, {.reqprio = reqprio--});
  }
  EXPECT_EQ(order_of_start(), ".FEDCBA");
}

TEST_F(Priority, EachReqprioFromZeroToTwentyIsARankOfItsOwn) {
  hold_the_only_worker();
  std::string expected;
  for (int reqprio = 20; reqprio >= 0; --reqprio) {
    const char name = static_cast<char>('A' + reqprio);
    write(name, {.reqprio = reqprio});
    expected.insert(0, 1, name);
  }
  EXPECT_EQ(order_of_start(), "." + expected);
}

TEST_F(Priority, RequestsAreInOrderWithinEachRank) {
  hold_the_only_worker();
  write('A', {.reqprio = 5});
  write('B', {.reqprio = 1});
  write('C', {.reqprio = 5});
  write('D', {.reqprio = 1});
  EXPECT_EQ(order_of_start(), ".BDAC");
}

TEST_F(Priority, TheOnlyQueuedRequestIsOvertakenByAMoreUrgentOne) {
  hold_the_only_worker();
  write('A', {.reqprio = 1});
  write('B', {.reqprio = 0});
  EXPECT_EQ(order_of_start(), ".BA");
}

TEST_F(Priority, ReqprioComparesRequestsOfDifferentDescriptors) {
  hold_the_only_worker();
  const TempFile other;
  write('A', {.reqprio = 2});
  write('B', {.reqprio = 1, .fildes = other});
  write('C', {.reqprio = 0});
  EXPECT_EQ(order_of_start(), ".CBA");
}

TEST_F(Priority, ReadsAndWritesAreRankedTogether) {
  hold_the_only_worker();
  write('A', {.reqprio = 3});
  read('r', {.reqprio = 2, .fildes = spare});
  write('B', {.reqprio = 1});
  EXPECT_EQ(order_of_start(), ".BrA");
}

TEST_F(Priority, ReqprioBeyondItsRangeIsEinval) {
  for (const int reqprio : {-1, 21, 1'000'000}) {
    Transfer& refused = make_write('A', {.reqprio = reqprio});
    EXPECT_EQ(aio_write(&refused), -1) << reqprio;
    EXPECT_EQ(errno, EINVAL) << reqprio;
    EXPECT_EQ(outcome_of(refused), failure(EINVAL)) << reqprio;
  }
}

TEST_F(Priority, RequestThatHasWaitedForTheAgingTimeGoesFirst) {
  if (!in_environment({{"AIOX_AGING_MS", "1"}})) {
    return;
  }
  hold_the_only_worker();
  write('A', {.reqprio = 20});
  const auto submitted = std::chrono::steady_clock::now();
  wait_until(
      [&] { return std::chrono::steady_clock::now() - submitted > std::chrono::milliseconds(3); },
      "the aging time");
  write('B', {.reqprio = 0});
  EXPECT_EQ(order_of_start(), ".AB");
}

TEST_F(Priority, RequestThatHasNotWaitedForTheAgingTimeIsOvertaken) {
  if (!in_environment({{"AIOX_AGING_MS", "86400000"}})) {
    return;
  }
  hold_the_only_worker();
  write('A', {.reqprio = 20});
  write('B', {.reqprio = 0});
  EXPECT_EQ(order_of_start(), ".BA");
}

TEST_F(Priority, OfSeveralAgedRequestsTheOldestGoesFirst) {
  if (!in_environment({{"AIOX_AGING_MS", "1"}})) {
    return;
  }
  hold_the_only_worker();
  write('A', {.reqprio = 20});
  write('B', {.reqprio = 10});
  write('C', {.reqprio = 15});
  const auto submitted = std::chrono::steady_clock::now();
  wait_until(
      [&] { return std::chrono::steady_clock::now() - submitted > std::chrono::milliseconds(3); },
      "the aging time");
  EXPECT_EQ(order_of_start(), ".ABC");
}

/// Runs `body` on a thread of a real-time class. False where that is not allowed.
template <typename Body>
bool as_real_time(int policy, int priority, Body body) {
  bool allowed = false;
  std::thread([&] {
    const sched_param parameters{.sched_priority = priority};
    allowed = pthread_setschedparam(pthread_self(), policy, &parameters) == 0;
    if (allowed) {
      body();
    }
  }).join();
  return allowed;
}

TEST_F(Priority, RealTimeSubmittersGoBeforeAllOthers) {
  hold_the_only_worker();
  write('A', {.reqprio = 0});
  if (!as_real_time(SCHED_FIFO, 1, [&] { write('B', {.reqprio = 0}); })) {
    GTEST_SKIP() << "no permission for SCHED_FIFO";
  }
  EXPECT_TRUE(as_real_time(SCHED_RR, 1, [&] { write('C', {.reqprio = 20}); }));
  EXPECT_EQ(order_of_start(), ".BCA");
}

TEST_F(Priority, RealTimeSubmittersRankBySchedulingPriorityMinusReqprio) {
  hold_the_only_worker();
  if (!as_real_time(SCHED_FIFO, 10, [&] { write('A', {.reqprio = 5}); })) {  // 5
    GTEST_SKIP() << "no permission for SCHED_FIFO";
  }
  as_real_time(SCHED_RR, 9, [&] { write('B', {.reqprio = 0}); });      // 9
  as_real_time(SCHED_FIFO, 30, [&] { write('C', {.reqprio = 20}); });  // 10
  as_real_time(SCHED_RR, 5, [&] { write('D', {.reqprio = 0}); });      // 5
  as_real_time(SCHED_FIFO, 99, [&] { write('E', {.reqprio = 0}); });   // 99
  as_real_time(SCHED_FIFO, 1, [&] { write('F', {.reqprio = 20}); });   // -19
  EXPECT_EQ(order_of_start(), ".ECBADF");
}

}  // namespace
}  // namespace aiox::test
