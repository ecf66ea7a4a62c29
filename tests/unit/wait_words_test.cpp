// SPDX-License-Identifier: MIT
#include "engine/wait_words.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <thread>

#include "injection.h"
#include "support/child.h"
#include "sys/clock.h"

namespace aiox {
namespace {

using Mask = std::atomic<std::uint64_t>;

TEST(WaitWords, AThreadKeepsItsWord) {
  EXPECT_EQ(WaitWords::of_this_thread(), WaitWords::of_this_thread());
  EXPECT_LT(WaitWords::of_this_thread(), WaitWords::kWords);
}

TEST(WaitWords, TheFirst64ThreadsHaveAWordEach) {
  std::set<std::size_t> words;
  for (std::size_t i = 0; i < WaitWords::kWords; ++i) {
    std::thread([&] { words.insert(WaitWords::of_this_thread()); }).join();
  }
  EXPECT_EQ(words.size(), WaitWords::kWords);
}

// As one that a handler forks in the middle of a sleep.
TEST(WaitWords, ChildOfForkDoesNotSleepOn) {
  WaitWords words;
  const std::uint32_t seen = words.read(0);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool is_over = words.sleep(0, seen, sys::kForever) == EAGAIN;
    const bool begins_none = words.sleep(0, words.read(0), sys::kForever) == ESRCH;
    test::end_child(is_over && begins_none ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// As by the end of one wait that has interrupted another.
TEST(WaitWords, AWakeInAChildOfForkBringsNoWordBack) {
  WaitWords words;
  EXPECT_FALSE(words.are_gone());
  const pid_t child = ::fork();
  if (child == 0) {
    Mask mask = 0;
    WaitWords::watch(mask, 0);
    words.wake(mask);
    const bool begins_none = words.sleep(0, words.read(0), sys::monotonic_now()) == ESRCH;
    test::end_child(begins_none && words.are_gone() ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(WaitWords, WakeChangesTheWordsThatWatchAndNoOthers) {
  WaitWords words;
  Mask mask = 0;
  const std::uint32_t before = words.read(0);
  WaitWords::watch(mask, 0);
  WaitWords::watch(mask, 63);
  words.wake(mask);
  EXPECT_NE(words.read(0), before);
  EXPECT_NE(words.read(63), before);
  EXPECT_EQ(words.read(1), before);
}

TEST(WaitWords, WakeTakesTheMask) {
  WaitWords words;
  Mask mask = 0;
  WaitWords::watch(mask, 5);
  words.wake(mask);
  EXPECT_EQ(mask, 0U);
  const std::uint32_t woken = words.read(5);
  words.wake(mask);
  EXPECT_EQ(words.read(5), woken);
}

TEST(WaitWords, WatchingTwiceIsWatchingOnce) {
  Mask mask = 0;
  WaitWords::watch(mask, 5);
  WaitWords::watch(mask, 5);
  EXPECT_EQ(mask, std::uint64_t{1} << 5);
}

TEST(WaitWords, AWaitDoesNotBeginOnceTheWordHasChanged) {
  WaitWords words;
  Mask mask = 0;
  const std::uint32_t seen = words.read(7);
  WaitWords::watch(mask, 7);
  words.wake(mask);
  EXPECT_EQ(words.sleep(7, seen, sys::kForever), EAGAIN);
}

TEST(WaitWords, TheKernelIsAskedToWakeOnlyWhereSomebodySleeps) {
  WaitWords words;
  Mask mask = 0;
  std::atomic<int> wakes = 0;
  const test::FutexWatch futexes(
      [&](bool is_wait, std::uint32_t /*expected*/) { wakes += is_wait ? 0 : 1; });
  WaitWords::watch(mask, 5);
  words.wake(mask);
  EXPECT_EQ(wakes, 0);
  const std::uint32_t seen = words.read(5);
  WaitWords::watch(mask, 5);
  EXPECT_EQ(words.sleep(5, seen, sys::monotonic_now() + 1'000), ETIMEDOUT);
  EXPECT_EQ(words.read(5), seen);
  words.wake(mask);
  EXPECT_EQ(wakes, 1);
  WaitWords::watch(mask, 5);
  words.wake(mask);
  EXPECT_EQ(wakes, 1);
}

// Two sleepers on one word, each with a state of its own, and a waker that publishes and wakes.
TEST(WaitWords, NoWakeIsLostBetweenPublisherAndSleepers) {
  constexpr int kRounds = 20'000;
  WaitWords words;
  Mask mask = 0;
  std::atomic<int> published = 0;
  std::atomic<int> seen_by[2] = {0, 0};
  const auto sleeper = [&](std::atomic<int>& progress) {
    for (int round = 1; round <= kRounds; ++round) {
      for (;;) {
        const std::uint32_t seen = words.read(9);
        WaitWords::watch(mask, 9);
        if (published.load(std::memory_order_acquire) >= round) {
          break;
        }
        words.sleep(9, seen, sys::kForever);
      }
      progress.store(round, std::memory_order_release);
    }
  };
  std::thread first([&] { sleeper(seen_by[0]); });
  std::thread second([&] { sleeper(seen_by[1]); });
  for (int round = 1; round <= kRounds; ++round) {
    published.store(round, std::memory_order_release);
    words.wake(mask);
    while (round % 2 == 0 && (seen_by[0].load() < round || seen_by[1].load() < round)) {
      std::this_thread::yield();
    }
  }
  first.join();
  second.join();
}

}  // namespace
}  // namespace aiox
