// SPDX-License-Identifier: MIT
//
// The kernel's AIO where the kernel forbids it, or has no resources or no room.
#include <sys/syscall.h>

#include <cerrno>
#include <thread>

#include "kernel_aio_test.h"

namespace aiox::io {
namespace {

using test::CallFails;
using test::wait_until;

TEST_F(KernelAioTest, TriesNoMoreWhatIsForbidden) {
  Block block;
  for (const int error : {ENOSYS, EPERM}) {
    aio.emplace(*this, config);
    const CallFails forbidden(SYS_io_setup, error);
    for (std::uint64_t i = 0; i < 10; ++i) {
      const Submission submission = submit(reading(*file, block, 0), i);
      EXPECT_EQ(submission.why, Submitted::kUnavailable);
      EXPECT_EQ(submission.taken, 0U);
    }
    EXPECT_EQ(forbidden.made(), 3);
  }
}

TEST_F(KernelAioTest, TriesNoMoreToSubmitWhereThatIsForbidden) {
  Block block;
  const CallFails forbidden(SYS_io_submit, EPERM);
  for (std::uint64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(submit(reading(*file, block, 0), i).why, Submitted::kUnavailable);
  }
  EXPECT_EQ(forbidden.made(), 3);
}

TEST_F(KernelAioTest, ForgetsARefusalAfterASuccess) {
  Block block;
  std::uint32_t context = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    const CallFails twice(SYS_io_submit, EPERM, 2);
    EXPECT_EQ(submit(reading(*file, block, 0), i).why, Submitted::kUnavailable);
    EXPECT_EQ(submit(reading(*file, block, 0), i).why, Submitted::kUnavailable);
    context = start(reading(*file, block, 0), i);
  }
  poll_for(context, 4);
  expect_each_once(4);
}

TEST_F(KernelAioTest, AsksForAContextAgainOnlyAfterAWhileWhenThereWasNone) {
  Block block;
  {
    const CallFails exhausted(SYS_io_setup, EAGAIN);
    const sys::Nanoseconds begin = sys::monotonic_now();
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ(submit(reading(*file, block, 0), 0).why, Submitted::kUnavailable);
    }
    if (sys::monotonic_now() - begin < 100 * sys::kNanosecondsPerMillisecond) {
      EXPECT_EQ(exhausted.made(), 1);
    }
  }
  Submission submission{};
  wait_until(
      [&] {
        submission = submit(reading(*file, block, 0), 0);
        return submission.taken == 1;
      },
      "another try");
  poll_for(submission.context, 1);
  expect_each_once(1);
}

TEST_F(KernelAioTest, IsUnavailableForARequestForWhichTheKernelHasNoMemory) {
  Block block;
  {
    const CallFails exhausted(SYS_io_submit, EAGAIN, 5);
    for (std::uint64_t i = 0; i < 5; ++i) {
      EXPECT_EQ(submit(reading(*file, block, 0), 0).why, Submitted::kUnavailable);
    }
  }
  poll_for(start(reading(*file, block, 0), 0), 1);
  expect_each_once(1);
}

TEST_F(KernelAioTest, HasRoomForSoManyAsTheRingHasPlacesAndNoMore) {
  const sys::SignalsBlocked proof;
  EXPECT_TRUE(aio->has_room(Ring::kEntries, proof));
  EXPECT_FALSE(aio->has_room(Ring::kEntries + 1, proof));
  EXPECT_EQ(aio->await_room(kLong, proof), Room::kFree);
}

TEST_F(KernelAioTest, HasRoomWhereThereIsNoContext) {
  const CallFails forbidden(SYS_io_setup, ENOSYS);
  const sys::SignalsBlocked proof;
  EXPECT_TRUE(aio->has_room(Ring::kEntries + 1, proof));
  EXPECT_EQ(aio->await_room(kLong, proof), Room::kFree);
}

/// The ring is full, and its reaper held with the first event that it has taken.
class FullRing : public KernelAioTest {
 protected:
  void SetUp() override {
    KernelAioTest::SetUp();
    if (IsSkipped()) {
      return;
    }
    shut = true;
    for (std::uint64_t cookie = 0; cookie <= Ring::kEntries; ++cookie) {
      start(reading(*file, block, 0), cookie);
      wait_until([&] { return told() == 1; }, "the first event to be taken");
    }
    const sys::SignalsBlocked proof;
    EXPECT_FALSE(aio->has_room(1, proof));
  }

  Block block;
};

TEST_F(FullRing, IsAwaitedUntilHalfOfItIsFree) {
  std::thread opener([this] { open(); });
  const sys::SignalsBlocked proof;
  EXPECT_EQ(aio->await_room(kLong, proof), Room::kFree);
  EXPECT_TRUE(aio->has_room(Ring::kEntries / 2, proof));
  opener.join();
  wait_for(Ring::kEntries + 1);
}

TEST_F(FullRing, IsAwaitedForSomeTimeWhereNothingComes) {
  const sys::SignalsBlocked proof;
  EXPECT_EQ(aio->await_room(sys::kNanosecondsPerMillisecond, proof), Room::kNothing);
  EXPECT_EQ(aio->await_room(0, proof), Room::kNothing);
  open();
  wait_for(Ring::kEntries + 1);
}

}  // namespace
}  // namespace aiox::io
