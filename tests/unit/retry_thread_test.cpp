// SPDX-License-Identifier: MIT
#include "notify/retry_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "injection.h"
#include "support/patience.h"
#include "support/process.h"

namespace aiox::test {
namespace {

/// Owes until the test pays.
class TestDebtor final : public notify::Debtor {
 public:
  bool is_in_debt() const noexcept override { return debts > 0; }
  bool expects_debt() const noexcept override { return expects; }
  bool pay(const sys::SignalsBlocked& /*proof*/) noexcept override {
    ++rounds;
    return may_pay && debts.exchange(0) > 0;
  }

  std::atomic<int> debts = 0;
  std::atomic<int> rounds = 0;
  std::atomic<bool> may_pay = false;
  std::atomic<bool> expects = false;
};

class RetryThreadTest : public testing::Test {
 protected:
  void owe() {
    ++debtor_.debts;
    const sys::SignalsBlocked proof;
    thread_->start(proof);
  }
  static bool is_there() { return !threads_named("aiox/notifier").empty(); }

  TestDebtor debtor_;
  sys::Config config_;
  std::optional<notify::RetryThread> thread_{std::in_place, debtor_, config_};
};

TEST_F(RetryThreadTest, IsThereWhileSomethingIsOwedAndOnlyThen) {
  EXPECT_FALSE(is_there());
  owe();
  wait_until([&] { return debtor_.rounds > 3; }, "some rounds");
  EXPECT_TRUE(is_there());
  EXPECT_TRUE(thread_->is_running());
  debtor_.may_pay = true;
  wait_until([&] { return debtor_.debts == 0 && !is_there(); }, "the thread's end");
  EXPECT_FALSE(thread_->is_running());
}

TEST_F(RetryThreadTest, HasAllSignalsBlocked) {
  owe();
  wait_until([&] { return is_there(); }, "the thread");
  EXPECT_NE(threads_named("aiox/notifier")[0].blocked_signals & std::uint64_t{1} << 14, 0U);
}

TEST_F(RetryThreadTest, IsOneForAllThatIsOwed) {
  const std::size_t before = threads_asked_for();
  for (int i = 0; i < 100; ++i) {
    owe();
  }
  EXPECT_EQ(threads_asked_for(), before + 1);
  debtor_.may_pay = true;
  wait_until([&] { return debtor_.debts == 0; }, "all to be paid");
}

TEST_F(RetryThreadTest, LeavesNothingBehindThoughItLeavesAllTheTime) {
  debtor_.may_pay = true;
  for (int i = 0; i < 2000; ++i) {
    owe();
  }
  wait_until([&] { return debtor_.debts == 0; }, "all to be paid");
}

TEST_F(RetryThreadTest, DozesWhileSomethingIsExpectedAndIsWokenByADebtThatMustNotCreateIt) {
  debtor_.may_pay = true;
  debtor_.expects = true;
  {
    const sys::SignalsBlocked proof;
    thread_->start(proof);
  }
  wait_until([&] { return thread_->is_running(); }, "the thread");
  const std::size_t before = threads_asked_for();
  for (int i = 0; i < 100; ++i) {
    ++debtor_.debts;
    const sys::SignalsBlocked forbidden(sys::SignalsBlocked::Threads::kAreForbidden);
    thread_->start(forbidden);
    wait_until([&] { return debtor_.debts == 0; }, "it to be paid");
  }
  EXPECT_EQ(threads_asked_for(), before);
  EXPECT_TRUE(thread_->is_running());
  debtor_.expects = false;
  wait_until([&] { return !is_there(); }, "the thread's end");
}

TEST_F(RetryThreadTest, IsNotCreatedByWhoMustNot) {
  ++debtor_.debts;
  const std::size_t before = threads_asked_for();
  {
    const sys::SignalsBlocked forbidden(sys::SignalsBlocked::Threads::kAreForbidden);
    thread_->start(forbidden);
  }
  EXPECT_EQ(threads_asked_for(), before);
  EXPECT_FALSE(thread_->is_running());
}

TEST_F(RetryThreadTest, IsNotRunningWhereItCannotBeCreated) {
  {
    const ThreadsFail fail;
    owe();
    EXPECT_FALSE(thread_->is_running());
  }
  owe();
  wait_until([&] { return thread_->is_running(); }, "the second attempt");
}

TEST_F(RetryThreadTest, EndsWithItsOwner) {
  owe();
  wait_until([&] { return thread_->is_running(); }, "the thread");
  thread_.reset();
  EXPECT_GT(debtor_.debts, 0);
  const int rounds = debtor_.rounds;
  wait_until([] { return !is_there(); }, "the thread's end");
  EXPECT_EQ(debtor_.rounds, rounds);
}

}  // namespace
}  // namespace aiox::test
