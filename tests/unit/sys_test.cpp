// SPDX-License-Identifier: MIT
//
// The clock, the mutex, blocked signals and mapped pages.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <limits>
#include <thread>
#include <vector>

#include "sys/clock.h"
#include "sys/futex.h"
#include "sys/mutex.h"
#include "sys/pages.h"
#include "sys/signals.h"
#include "sys/spin.h"

namespace aiox::sys {
namespace {

TEST(Clock, ADeadlineIsTheDurationFromNow) {
  const Nanoseconds before = monotonic_now();
  const Nanoseconds deadline = deadline_after({.tv_sec = 3, .tv_nsec = 5});
  EXPECT_GE(deadline, before + 3 * kNanosecondsPerSecond + 5);
  EXPECT_LE(deadline, monotonic_now() + 3 * kNanosecondsPerSecond + 5);
}

TEST(Clock, ADurationTooLargeToAddIsForEver) {
  constexpr time_t kLargest = std::numeric_limits<time_t>::max();
  EXPECT_EQ(deadline_after({.tv_sec = kLargest, .tv_nsec = 999'999'999}), kForever);
  EXPECT_EQ(deadline_after({.tv_sec = kForever / kNanosecondsPerSecond, .tv_nsec = 999'999'999}),
            kForever);
  EXPECT_EQ(deadline_after({.tv_sec = kForever / kNanosecondsPerSecond, .tv_nsec = 0}), kForever);
}

TEST(Clock, ANegativeDurationIsOver) {
  EXPECT_LT(deadline_after({.tv_sec = -1, .tv_nsec = 999'999'999}), monotonic_now());
  EXPECT_LT(deadline_after({.tv_sec = std::numeric_limits<time_t>::min(), .tv_nsec = 0}),
            monotonic_now());
}

TEST(Clock, ForEverIsATimeThatTheKernelTakes) {
  const timespec time = to_timespec(kForever);
  EXPECT_GT(time.tv_sec, 0);
  EXPECT_LT(time.tv_nsec, kNanosecondsPerSecond);
  const FutexWord word{1};
  EXPECT_EQ(futex_wait(word, 0, kForever), EAGAIN);
}

TEST(Futex, AWaitEndsAtItsDeadline) {
  const FutexWord word{0};
  EXPECT_EQ(futex_wait(word, 0, 0), ETIMEDOUT);
  EXPECT_EQ(futex_wait(word, 0, monotonic_now() + 1'000), ETIMEDOUT);
}

TEST(Mutex, ExcludesOthersUnderContention) {
  constexpr int kRounds = 50'000;
  Mutex mutex;
  int unprotected = 0;  // the sanitizer sees it when two are inside
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const SignalsBlocked proof;
      for (int round = 0; round < kRounds; ++round) {
        const MutexLock lock(mutex, proof);
        unprotected = unprotected + 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(unprotected, 4 * kRounds);
}

sigset_t mask_now() {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return mask;
}

TEST(SignalsBlocked, BlocksEverythingAndPutsBackWhatWas) {
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, SIGUSR2);
  pthread_sigmask(SIG_SETMASK, &own, nullptr);
  {
    const SignalsBlocked outer;
    const SignalsBlocked inner;
    const sigset_t mask = mask_now();
    for (int signo = 1; signo < 32; ++signo) {
      EXPECT_EQ(sigismember(&mask, signo), signo != SIGKILL && signo != SIGSTOP ? 1 : 0) << signo;
    }
    for (int signo = SIGRTMIN; signo <= SIGRTMAX; ++signo) {
      EXPECT_EQ(sigismember(&mask, signo), 1) << signo;
    }
  }
  const sigset_t mask = mask_now();
  EXPECT_EQ(sigismember(&mask, SIGUSR2), 1);
  EXPECT_EQ(sigismember(&mask, SIGUSR1), 0);
}

TEST(SignalsBlocked, AHandlerRunsAfterwards) {
  static volatile sig_atomic_t handled;
  handled = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { handled = 1; };
  ASSERT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
  {
    const SignalsBlocked proof;
    ::raise(SIGUSR1);
    EXPECT_EQ(handled, 0);
  }
  EXPECT_EQ(handled, 1);
}

TEST(PagedArray, IsZeroedAndCostsAddressesAlone) {
  struct Element {
    long value;
  };
  PagedArray<Element, 1'000'000'000> array;  // 8 GB
  ASSERT_TRUE(array);
  EXPECT_EQ(array[0].value, 0);
  array[999'999'999].value = 5;
  EXPECT_EQ(array[999'999'999].value, 5);
}

TEST(PagedArray, SaysWhenThereIsNoMemory) {
  const PagedArray<char, (std::size_t{1} << 60)> array;
  EXPECT_FALSE(array);
  EXPECT_EQ(map_pages(std::size_t{1} << 60), nullptr);
}

TEST(SpinPatience, EndsWithEightFailuresInARowAndThenTriesNowAndThen) {
  SpinPatience patience;
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(patience.allows());
    patience.note(false);
  }
  int allowed = 0;
  for (int i = 0; i < 128; ++i) {
    allowed += patience.allows() ? 1 : 0;
  }
  EXPECT_EQ(allowed, 2);
}

TEST(SpinPatience, IsWholeAgainAfterOneSuccess) {
  SpinPatience patience;
  for (int i = 0; i < 8; ++i) {
    patience.note(false);
  }
  patience.note(true);
  for (int i = 0; i < 7; ++i) {
    patience.note(false);
  }
  EXPECT_TRUE(patience.allows());
}

}  // namespace
}  // namespace aiox::sys
