// SPDX-License-Identifier: MIT
//
// AIO_MAX: how many requests may be outstanding.
#include <aio.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "gate_test.h"

namespace aiox::test {
namespace {

using AioMax = GateTest;

TEST_F(AioMax, IsWhatSysconfSays) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "8"}})) {
    return;
  }
  ASSERT_EQ(sysconf(_SC_AIO_MAX), 8);
  for (long i = 0; i < sysconf(_SC_AIO_MAX); ++i) {
    write('A');
  }
  Transfer& refused = make_write('B');
  EXPECT_EQ(aio_write(&refused), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(outcome_of(refused), failure(EAGAIN));
  EXPECT_EQ(statistics().outstanding, 8U);
  EXPECT_EQ(order_of_start(), "AAAAAAAA");
}

TEST_F(AioMax, CountsReadsWritesAndSyncsTogether) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "3"}})) {
    return;
  }
  hold_the_only_worker();
  write('A');
  sync();
  EXPECT_EQ(aio_read(&make_read('B')), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(aio_fsync(O_SYNC, &make_sync()), -1);
  EXPECT_EQ(errno, EAGAIN);
}

TEST_F(AioMax, WhoSeesARequestCompleteCanSubmitTheNext) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "1"}})) {
    return;
  }
  gate.open();
  Transfer again = write_of(file, "A");
  for (int i = 0; i < 2'000; ++i) {
    ASSERT_EQ(aio_write(&again), 0) << i;
    while (aio_error(&again) == EINPROGRESS) {
      sched_yield();
    }
    ASSERT_EQ(aio_error(&again), 0);
  }
}

TEST_F(AioMax, CanceledRequestMakesRoom) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "2"}})) {
    return;
  }
  hold_the_only_worker();
  Transfer& cancelled = write('A');
  EXPECT_EQ(aio_write(&make_write('B')), -1);
  EXPECT_EQ(aio_cancel(file, &cancelled), AIO_CANCELED);
  write('C');
}

TEST_F(AioMax, RefusedRequestTakesNoRoom) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "2"}})) {
    return;
  }
  for (int i = 0; i < 10; ++i) {
    Transfer invalid = write_of(file, "A", -1);
    EXPECT_EQ(aio_write(&invalid), -1);
    EXPECT_EQ(errno, EINVAL);
  }
  write('A');
  write('B');
}

TEST_F(AioMax, ListThatDoesNotFitIsEagainAndItsFirstRequestsGoOn) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "4"}})) {
    return;
  }
  hold_the_only_worker();
  write('A');
  const std::array<aiocb*, 4> list{&make_write('B'), &make_write('C'), &make_write('D'),
                                   &make_write('E')};
  EXPECT_EQ(list_io(LIO_NOWAIT, list), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(aio_error(list[0]), EINPROGRESS);
  EXPECT_EQ(aio_error(list[1]), EINPROGRESS);
  EXPECT_EQ(aio_error(list[2]), EAGAIN);
  EXPECT_EQ(aio_error(list[3]), EAGAIN);
  EXPECT_EQ(order_of_start(), ".ABC");
}

TEST_F(AioMax, ListLongerThanAioListioMaxIsEinvalAndStartsNothing) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "4"}})) {
    return;
  }
  ASSERT_EQ(sysconf(_SC_AIO_LISTIO_MAX), 4);
  const std::array<aiocb*, 5> list{&make_write('A'), nullptr, nullptr, nullptr, nullptr};
  EXPECT_EQ(list_io(LIO_NOWAIT, list), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(statistics().write.submitted, 0U);
}

TEST_F(AioMax, IsTakenFromTheEnvironmentOnlyWhereItMakesSense) {
  if (!in_environment({{"AIOX_MAX_REQUESTS", "many"}})) {
    return;
  }
  EXPECT_EQ(sysconf(_SC_AIO_MAX), 1'048'576);
}

}  // namespace
}  // namespace aiox::test
