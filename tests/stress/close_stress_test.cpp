// SPDX-License-Identifier: MIT
//
// Threads that close one number at the same time, while others put files on it and use AIO there.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "scale.h"
#include "support/descriptors.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

constexpr int kNumber = 700;

TEST(CloseStress, OfOneNumberByManyThreadsLeavesItUsable) {
  const TempFile file;
  std::atomic<bool> is_over = false;
  std::vector<std::thread> closing;
  for (int i = 0; i < 2; ++i) {
    closing.emplace_back([&] {
      while (!is_over) {
        ::close_range(kNumber, kNumber, 0);
      }
    });
  }
  for (int round = 0; round < 10'000 * scale(); ++round) {
    const int fildes = ::fcntl(file, F_DUPFD, kNumber);
    EXPECT_EQ(fildes, kNumber);
    Transfer write(fildes, "x", 0);
    if (aio_write(&write) == 0) {  // else it was closed meanwhile
      finish(write);
    }
    ::close(fildes);
  }
  is_over = true;
  for (std::thread& thread : closing) {
    thread.join();
  }
  const int fildes = ::fcntl(file, F_DUPFD, kNumber);
  ASSERT_EQ(fildes, kNumber);
  EXPECT_EQ(write_in_passing(fildes, "y"), success(1));
  EXPECT_EQ(file.content(), "y");
  ::close(fildes);
  wait_for_quiet();
}

}  // namespace
}  // namespace aiox::test
