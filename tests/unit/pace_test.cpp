// SPDX-License-Identifier: MIT
#include "engine/pace.h"

#include <gtest/gtest.h>

namespace aiox {
namespace {

class PaceTest : public testing::Test {
 protected:
  static constexpr sys::Nanoseconds kSlow = sys::kSpinTime;
  static constexpr sys::Nanoseconds kQuick = sys::kSpinTime - 1;

  /// One request after the other; how often the pace was brisk and is no longer.
  int serve(int times, sys::Nanoseconds duration) {
    int ends = 0;
    for (int i = 0; i < times; ++i) {
      const sys::Nanoseconds begin = ++now;
      now += duration;
      ends += pace.count(begin, now) ? 1 : 0;
    }
    return ends;
  }

  Pace pace;
  sys::Nanoseconds now = 0;
};

TEST_F(PaceTest, IsBriskAfterManyQuickRequests) {
  EXPECT_FALSE(pace.is_brisk());
  serve(Pace::kBest - 1, kQuick);
  EXPECT_FALSE(pace.is_brisk());
  serve(1, kQuick);
  EXPECT_TRUE(pace.is_brisk());
}

TEST_F(PaceTest, OneSlowRequestDoesNotEndIt) {
  serve(Pace::kBest, kQuick);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(serve(1, kSlow), 0);
    EXPECT_EQ(serve(Pace::kSlowCosts, kQuick), 0);
  }
  EXPECT_TRUE(pace.is_brisk());
}

TEST_F(PaceTest, SeveralSlowRequestsEndItOnce) {
  serve(Pace::kBest, kQuick);
  EXPECT_EQ(serve(Pace::kBest / Pace::kSlowCosts - 1, kSlow), 0);
  EXPECT_TRUE(pace.is_brisk());
  EXPECT_EQ(serve(10, kSlow), 1);
  EXPECT_FALSE(pace.is_brisk());
}

TEST_F(PaceTest, IsTriedAfterManySlowRequests) {
  serve(Pace::kTrialEvery - 1, kSlow);
  EXPECT_FALSE(pace.is_brisk());
  serve(1, kSlow);
  EXPECT_TRUE(pace.is_brisk());
  EXPECT_EQ(serve(Pace::kBest / Pace::kSlowCosts, kSlow), 1) << "the trial fails";
}

TEST_F(PaceTest, WhatBeganBeforeATrialDoesNotCount) {
  serve(Pace::kTrialEvery, kSlow);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(pace.count(now - kSlow, now + 1));
  }
  EXPECT_TRUE(pace.is_brisk());
}

TEST_F(PaceTest, IsNotTriedWhileItIsBrisk) {
  serve(Pace::kTrialEvery - 1, kQuick);
  EXPECT_EQ(serve(1, kSlow), 0);
  EXPECT_EQ(serve(Pace::kBest / Pace::kSlowCosts - 1, kSlow), 1) << "the first counted, too";
}

}  // namespace
}  // namespace aiox
