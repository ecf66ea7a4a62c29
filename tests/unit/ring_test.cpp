// SPDX-License-Identifier: MIT
#include "io/ring.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <thread>

#include "io/io_priority.h"
#include "kernel_aio_test.h"
#include "sys/kernel_aio_calls.h"

namespace aiox::io {
namespace {

class RingTest : public KernelAioTest {
 protected:
  void SetUp() override {
    KernelAioTest::SetUp();
    if (!IsSkipped()) {
      ASSERT_EQ(ring.open(), 0);
    }
  }

  void TearDown() override {
    if (ring.is_open()) {
      ring.close();
    }
  }

  void read(std::uint64_t cookie) {
    iocb request{};
    request.aio_data = cookie;
    request.aio_lio_opcode = IOCB_CMD_PREAD;
    request.aio_fildes = static_cast<std::uint32_t>(static_cast<int>(*file));
    request.aio_buf = reinterpret_cast<std::uintptr_t>(&block);
    request.aio_nbytes = kBlock;
    iocb* pointer = &request;
    EXPECT_EQ(ring.submit(&pointer, 1), 1);
  }

  Ring ring{};
  Block block;
};

TEST_F(RingTest, WaitingForAnEventLeavesItThere) {
  read(42);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ring.await(kLong), Wake::kEvent);
    EXPECT_TRUE(ring.has_events());
  }
  Ring::Event event{};
  EXPECT_TRUE(ring.take(event));
  EXPECT_EQ(event.cookie, 42U);
  EXPECT_EQ(event.result.value, static_cast<ssize_t>(kBlock));
  EXPECT_FALSE(ring.has_events());
  EXPECT_FALSE(ring.take(event));
  EXPECT_EQ(ring.await(1), Wake::kTimeout);
}

// As often as it takes to come round several times.
TEST_F(RingTest, KernelSeesWhatWasTaken) {
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    read(i);
    EXPECT_EQ(ring.await(kLong), Wake::kEvent);
    Ring::Event event{};
    EXPECT_TRUE(ring.take(event));
    EXPECT_EQ(event.cookie, i);
  }
  EXPECT_EQ(ring.await(1), Wake::kTimeout);
}

// A kernel that moves the head when it fails would do this.
TEST_F(RingTest, LosesNothingWhenTheKernelTakesAnEventItself) {
  aio_context_t context = 0;
  std::memcpy(&context, &ring, sizeof context);
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    read(i);
    io_event taken{};
    timespec timeout = sys::to_timespec(kLong);
    ASSERT_EQ(::syscall(SYS_io_getevents, context, 1L, 1L, &taken, &timeout), 1);
    Ring::Event event{};
    EXPECT_TRUE(ring.take(event));
    EXPECT_EQ(event.cookie, i);
  }
}

TEST_F(RingTest, DoesNotOpenWhereWaitingFailsAtOnce) {
  Ring other{};
  const test::CallFails checks_first(SYS_io_getevents, EFAULT);
  EXPECT_EQ(other.open(), ENOSYS);
  EXPECT_FALSE(other.is_open());
}

class IoPriority : public testing::Test {
 protected:
  static constexpr std::int16_t level(int number) {
    return static_cast<std::int16_t>(sys::io_priority(sys::IoPriorityClass::kBestEffort, number));
  }

  // In a thread of that priority.
  static std::int16_t lowered(int priority, int reqprio) {
    std::int16_t result = -1;
    std::thread([&] {
      EXPECT_EQ(::syscall(SYS_ioprio_set, sys::kIoPriorityOfThread, 0, priority), 0);
      result = lowered_io_priority(reqprio);
    }).join();
    return result;
  }

  // In a thread of that policy, if that is permitted here.
  static std::optional<std::int16_t> lowered_under(int policy, int urgency, int reqprio) {
    std::optional<std::int16_t> result;
    std::thread([&] {
      const sched_param parameters{.sched_priority = urgency};
      if (::pthread_setschedparam(::pthread_self(), policy, &parameters) == 0) {
        result = lowered_io_priority(reqprio);
      }
    }).join();
    return result;
  }
};

TEST_F(IoPriority, IsTheThreadsOwnWithoutADelta) {
  EXPECT_EQ(lowered(level(3), 0), 0);
  EXPECT_EQ(lowered(level(3), -1), 0);
}

TEST_F(IoPriority, IsLoweredByTheDeltaDownToTheLowest) {
  EXPECT_EQ(lowered(level(0), 1), level(1));
  EXPECT_EQ(lowered(level(0), 10), level(4));
  EXPECT_EQ(lowered(level(0), 20), level(7));
  EXPECT_EQ(lowered(level(4), 1), level(5));
  EXPECT_EQ(lowered(level(4), 20), level(7));
  EXPECT_EQ(lowered(level(7), 20), level(7));
}

TEST_F(IoPriority, FollowsTheNiceValueWhereNoneWasSet) {
  std::thread([] {
    ASSERT_EQ(::setpriority(PRIO_PROCESS, 0, 10), 0);
    EXPECT_EQ(lowered_io_priority(1), level(7));
    EXPECT_EQ(lowered_io_priority(0), 0);
  }).join();
}

TEST_F(IoPriority, OfARealTimeThreadIsLoweredFromTheHighest) {
  EXPECT_EQ(lowered(sys::io_priority(sys::IoPriorityClass::kRealTime, 3), 0), 0);
  EXPECT_EQ(lowered(sys::io_priority(sys::IoPriorityClass::kRealTime, 3), 1), level(1));
}

TEST_F(IoPriority, FollowsThePolicyWhereNoneWasSet) {
  for (const int policy : {SCHED_FIFO, SCHED_RR}) {
    if (!lowered_under(policy, 1, 1)) {
      GTEST_SKIP() << "real-time policies are not permitted here";
    }
    EXPECT_EQ(lowered_under(policy, 1, 1), level(1));
    EXPECT_EQ(lowered_under(policy, 1, 20), level(7));
  }
}

TEST_F(IoPriority, OfAThreadThatRunsOnlyWhenNobodyElseDoesIsLeftAlone) {
  EXPECT_EQ(lowered_under(SCHED_IDLE, 0, 20), 0);
}

TEST_F(IoPriority, IsNeverRaised) {
  EXPECT_EQ(lowered(sys::io_priority(sys::IoPriorityClass::kIdle, 0), 1), 0);
  const test::CallFails forbidden(SYS_ioprio_get, EPERM);
  EXPECT_EQ(lowered_io_priority(20), 0);
}

}  // namespace
}  // namespace aiox::io
