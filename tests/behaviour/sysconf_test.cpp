// SPDX-License-Identifier: MIT
#include <aio.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "support/descriptors.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

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
