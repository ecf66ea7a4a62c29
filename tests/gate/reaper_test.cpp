// SPDX-License-Identifier: MIT
//
// aio_suspend() and aio_error() may be called in a handler that has interrupted malloc(), fork() or
// pthread_create(), and then wait for nobody who creates a thread: not for a reaper that tells of
// another request of its ring either.
#include <aio.h>
#include <fcntl.h>

#include <cstddef>
#include <deque>
#include <string>
#include <system_error>

#include "gate_test.h"
#include "thread_creation.h"

namespace aiox::test {
namespace {

constexpr std::size_t kBlock = 4096;

class HeldReaper : public GateTest {
 protected:
  void SetUp() override {
    gate.open();
    try {
      direct_ = blocks_.reopen(O_RDWR | O_DIRECT);
    } catch (const std::system_error& refused) {
      GTEST_SKIP() << "no O_DIRECT in this folder: " << refused.what();
    }
  }

  Transfer& write() {
    Transfer& made = transfers_.emplace_back(direct_, std::string(kBlock, 'w'), 0);
    EXPECT_EQ(aio_write(&made), 0);
    return made;
  }

  Transfer& sync() {
    Transfer& made = transfers_.emplace_back(direct_, std::string{}, 0);
    EXPECT_EQ(aio_fsync(O_SYNC, &made), 0);
    return made;
  }

  Transfer& read(const sigevent& event = no_event()) {
    Transfer& made = transfers_.emplace_back(direct_, kBlock, 0);
    made.aio_sigevent = event;
    EXPECT_EQ(aio_read(&made), 0);
    return made;
  }

  // It tells on a thread with attributes that is being created for ever. (It itself, and the
  // notifier's thread, are created by the call.)
  void hold_the_reaper() {
    threads_.hold_others();
    read(callbacks_.event(&default_attributes()));
    wait_until([] { return ThreadCreation::held() == 1; }, "the reaper to create a thread");
  }

  void release_the_reaper(std::size_t callbacks) {
    threads_.let_go();
    callbacks_.wait_for(callbacks);
  }

  static void suspend_until_over(const Transfer& one) {
    const aiocb* const list[] = {&one};
    EXPECT_EQ(aio_suspend(list, 1, nullptr), 0);
    EXPECT_EQ(aio_error(&one), 0);
  }

  Callbacks callbacks_;

 private:
  TempFile blocks_{std::string(kBlock, 'd')};
  Descriptor direct_;
  ThreadCreation threads_;
  std::deque<Transfer> transfers_;
};

TEST_F(HeldReaper, DoesNotHoldUpWhoWaitsForAnotherRequestOfItsRing) {
  if (!in_environment({{"AIOX_KERNEL_AIO", "always"}})) return;
  hold_the_reaper();
  const std::size_t before = ThreadCreation::asked_for_here();
  suspend_until_over(read());
  EXPECT_EQ(ThreadCreation::asked_for_here(), before);
  EXPECT_EQ(ThreadCreation::held(), 1U);
  release_the_reaper(1);
}

TEST_F(HeldReaper, DoesNotHoldUpWhoWaitsForOneBehindOneThatIsToBeToldOf) {
  if (!in_environment({{"AIOX_KERNEL_AIO", "always"}})) return;
  hold_the_reaper();
  read(callbacks_.event(&default_attributes()));
  const std::size_t before = ThreadCreation::asked_for_here();
  suspend_until_over(read());
  EXPECT_EQ(ThreadCreation::asked_for_here(), before);
  release_the_reaper(2);
}

TEST_F(HeldReaper, DoesNotHoldUpWhoAsksAgainAndAgain) {
  if (!in_environment({{"AIOX_KERNEL_AIO", "always"}})) return;
  hold_the_reaper();
  const Transfer& told = read(callbacks_.event(&default_attributes()));
  const Transfer& plain = read();
  const std::size_t before = ThreadCreation::asked_for_here();
  wait_until([&] { return aio_error(&told) == 0; }, "the end of one that is to be told of");
  wait_until([&] { return aio_error(&plain) == 0; }, "the end of one behind it");
  EXPECT_EQ(ThreadCreation::asked_for_here(), before);
  release_the_reaper(2);
}

TEST_F(HeldReaper, DoesNotHoldUpWhoWaitsForAShortTimeAgainAndAgain) {
  if (!in_environment({{"AIOX_KERNEL_AIO", "always"}})) return;
  hold_the_reaper();
  const Transfer& told = read(callbacks_.event(&default_attributes()));
  wait_until([&] { return suspend_on(told, 1) == 0; }, "the end of one that is to be told of");
  release_the_reaper(2);
}

TEST_F(HeldReaper, DoesNotHoldUpWhoWaitsForASync) {
  if (!in_environment({{"AIOX_KERNEL_AIO", "always"}})) return;
  hold_the_reaper();
  write();
  suspend_until_over(sync());
  release_the_reaper(1);
}

TEST_F(HeldReaper, DoesNotHoldUpWhoAsksForASyncAgainAndAgain) {
  if (!in_environment({{"AIOX_KERNEL_AIO", "always"}})) return;
  hold_the_reaper();
  write();
  const Transfer& synced = sync();
  wait_until([&] { return aio_error(&synced) == 0; }, "the end of the sync");
  release_the_reaper(1);
}

}  // namespace
}  // namespace aiox::test
