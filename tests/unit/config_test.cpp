// SPDX-License-Identifier: MIT
#include "sys/config.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>
#include <string>
#include <tuple>
#include <utility>

namespace aiox::sys {
namespace {

/// A configuration that has read an environment in which AIOX_MAX_WORKERS has that value.
long workers_with(const char* text, long wish = 0) {
  ::setenv("AIOX_MAX_WORKERS", text, 1);
  Config config;
  config.load_environment();
  ::unsetenv("AIOX_MAX_WORKERS");
  if (wish != 0) {
    config.set(Option::kMaxWorkers, wish);
  }
  return config.get(Option::kMaxWorkers);
}

TEST(Config, HasTheDocumentedDefaults) {
  const Config config;
  EXPECT_EQ(config.get(Option::kMaxWorkers), 64);
  EXPECT_EQ(config.get(Option::kIdleMs), 1'000);
  EXPECT_EQ(config.get(Option::kMaxRequests), 1'048'576);
  EXPECT_EQ(config.get(Option::kAgingMs), 2'000);
  EXPECT_EQ(config.get(Option::kStats), 0);
  EXPECT_EQ(config.at_end(Option::kClose), AtEnd::kFinish);
  EXPECT_EQ(config.get(Option::kCloseMs), 10'000);
  EXPECT_EQ(config.at_end(Option::kExit), AtEnd::kFinish);
  EXPECT_EQ(config.get(Option::kExitMs), 10'000);
  EXPECT_EQ(config.get(Option::kExpected), 0);
}

TEST(Config, TakesWordsWhereTheyAreTheChoice) {
  const std::tuple<const char*, Option, const char*> variables[] = {
      {"AIOX_CLOSE", Option::kClose, "finish"}, {"AIOX_EXIT", Option::kExit, "drain"}};
  for (const auto& [name, option, otherwise] : variables) {
    for (const std::string text : {"cancel", otherwise, "", "0", "1", "Cancel", "cancel "}) {
      ::setenv(name, text.c_str(), 1);
      Config config;
      config.load_environment();
      ::unsetenv(name);
      EXPECT_EQ(config.at_end(option), text == "cancel" ? AtEnd::kCancel : AtEnd::kFinish) << text;
    }
  }
}

TEST(Config, TheEnvironmentBeatsTheProgramAndTheProgramTheDefault) {
  EXPECT_EQ(workers_with("7"), 7);
  EXPECT_EQ(workers_with("7", 9), 7);
  Config config;
  config.set(Option::kMaxWorkers, 9);
  EXPECT_EQ(config.get(Option::kMaxWorkers), 9);
  config.set(Option::kMaxWorkers, 11);
  EXPECT_EQ(config.get(Option::kMaxWorkers), 11);
}

TEST(Config, ReadsEveryVariable) {
  const std::pair<const char*, Option> variables[] = {{"AIOX_MAX_WORKERS", Option::kMaxWorkers},
                                                      {"AIOX_IDLE_MS", Option::kIdleMs},
                                                      {"AIOX_MAX_REQUESTS", Option::kMaxRequests},
                                                      {"AIOX_AGING_MS", Option::kAgingMs},
                                                      {"AIOX_CLOSE_TIMEOUT_MS", Option::kCloseMs},
                                                      {"AIOX_EXIT_TIMEOUT_MS", Option::kExitMs},
                                                      {"AIOX_STATS", Option::kStats}};
  for (const auto& [name, option] : variables) {
    ::setenv(name, "1", 1);
    Config config;
    config.load_environment();
    ::unsetenv(name);
    EXPECT_EQ(config.get(option), 1) << name;
  }
}

TEST(Config, ABadValueInTheEnvironmentIsAsGoodAsNone) {
  for (const char* const text : {"", " ", "x", "5x", "5 ", "0", "-1", "1025", "1.5", "0x10",
                                 "99999999999999999999", "-99999999999999999999"}) {
    EXPECT_EQ(workers_with(text), 64) << '"' << text << '"';
    EXPECT_EQ(workers_with(text, 9), 9) << '"' << text << '"';
  }
}

TEST(Config, TheLimitsOfARangeBelongToIt) {
  EXPECT_EQ(workers_with("1"), 1);
  EXPECT_EQ(workers_with("1024"), 1'024);
}

TEST(Config, AProgramsWishIsCutToTheRange) {
  Config config;
  config.set(Option::kMaxWorkers, 0);
  EXPECT_EQ(config.get(Option::kMaxWorkers), 1);
  config.set(Option::kMaxWorkers, -5);
  EXPECT_EQ(config.get(Option::kMaxWorkers), 1);
  config.set(Option::kMaxWorkers, 1'000'000);
  EXPECT_EQ(config.get(Option::kMaxWorkers), 1'024);
}

TEST(Config, ZeroIsAValueWhereTheRangeHasIt) {
  Config config;
  config.set(Option::kIdleMs, 0);
  EXPECT_EQ(config.get(Option::kIdleMs), 0);
  EXPECT_EQ(config.idle_time(), 0);
}

TEST(Config, GivesTimesInNanoseconds) {
  const Config config;
  EXPECT_EQ(config.idle_time(), kNanosecondsPerSecond);
  EXPECT_EQ(config.aging_time(), 2 * kNanosecondsPerSecond);
}

TEST(Config, LoadingLeavesErrnoAlone) {
  ::setenv("AIOX_MAX_WORKERS", "99999999999999999999", 1);
  Config config;
  errno = ENOTTY;
  config.load_environment();
  EXPECT_EQ(errno, ENOTTY);
  ::unsetenv("AIOX_MAX_WORKERS");
}

}  // namespace
}  // namespace aiox::sys
