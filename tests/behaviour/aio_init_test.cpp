// SPDX-License-Identifier: MIT
//
// What its settings do is in gate/workers_test.cpp.
#include <aio.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace aiox::test
