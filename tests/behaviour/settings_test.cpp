// SPDX-License-Identifier: MIT
//
// aio_init() and sysconf(). What the former's settings do is in gate/workers_test.cpp.
#include <aio.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "support/descriptors.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioInit, MayComeBeforeAndAfterRequests) {
  const TempFile file("x");
  for (int i = 1; i < 4; ++i) {
    limit_workers(i, i);
    EXPECT_EQ(read_in_passing(file, 1), success(1));
  }
}

TEST(AioInit, TakesWishesOfNoMeaning) {
  const TempFile file("x");
  for (const int number :
       {0, -1, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}) {
    aioinit wishes{};
    wishes.aio_threads = number;
    wishes.aio_idle_time = number;
    wishes.aio_num = number < 1'000 ? number : 0;
    aio_init(&wishes);
    EXPECT_EQ(read_in_passing(file, 1), success(1)) << number;
  }
}

TEST(AioInit, TakesAHugeHintWithoutTakingItsMemory) {
  const std::size_t before = resident_memory();
  aioinit wishes{};
  wishes.aio_threads = 4;
  wishes.aio_num = std::numeric_limits<int>::max();
  aio_init(&wishes);
  const TempFile file("x");
  EXPECT_EQ(read_in_passing(file, 1), success(1));
  EXPECT_LT(resident_memory(), before + (std::size_t{64} << 20));
}

TEST(AioInit, LeavesErrnoAlone) {
  errno = 4711;
  limit_workers(4);
  EXPECT_EQ(errno, 4711);
}

TEST(Sysconf, TellsAioMaxAndAioListioMax) {
  EXPECT_EQ(sysconf(_SC_AIO_MAX), 1'048'576);
  EXPECT_EQ(sysconf(_SC_AIO_LISTIO_MAX), 1'048'576);
}

TEST(Sysconf, TellsAioMaxOfTheEnvironment) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "100"}})) {
    return;
  }
  EXPECT_EQ(sysconf(_SC_AIO_MAX), 100);
  EXPECT_EQ(sysconf(_SC_AIO_LISTIO_MAX), 100);
}

TEST(Sysconf, TellsThePriorityRangeThatIsEnforced) {
  EXPECT_EQ(sysconf(_SC_AIO_PRIO_DELTA_MAX), 20);
  const TempFile file("x");
  Transfer read = read_of(file, 1);
  read.aio_reqprio = static_cast<int>(sysconf(_SC_AIO_PRIO_DELTA_MAX));
  EXPECT_EQ(run_read(read), success(1));
  ++read.aio_reqprio;
  EXPECT_EQ(aio_read(&read), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(Sysconf, AnswersEverythingElseAsLibcDoes) {
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  EXPECT_EQ(sysconf(_SC_OPEN_MAX), static_cast<long>(files.rlim_cur));
  EXPECT_EQ(sysconf(_SC_PAGESIZE), static_cast<long>(getpagesize()));
  EXPECT_EQ(sysconf(_SC_ASYNCHRONOUS_IO), _POSIX_ASYNCHRONOUS_IO);
  EXPECT_GE(sysconf(_SC_NPROCESSORS_ONLN), 1);
}

TEST(Sysconf, OfAnUnknownNameIsEinval) {
  errno = 0;
  EXPECT_EQ(sysconf(-1), -1);
  EXPECT_EQ(errno, EINVAL);
}

}  // namespace
}  // namespace aiox::test
