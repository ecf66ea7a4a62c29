// SPDX-License-Identifier: MIT
//
// Syncs that cover a write which close() has abandoned.
#include <aio.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "gate_test.h"

namespace aiox::test {
namespace {

class AbandonedTest : public GateTest {
 protected:
  const int fildes = ::dup(file);
};

using Abandoned = AbandonedTest;

TEST_F(Abandoned, WriteEndsASyncAlsoWhereAnotherWriteHasFailedBefore) {
  gate.answer('A', Result::failure(EIO));
  Transfer& failed = write('A', {.fildes = fildes});
  write('B', {.fildes = fildes});
  gate.wait_started(2);
  Transfer& covering = sync();
  gate.let_go('A');
  EXPECT_EQ(finish(failed), failure(EIO));
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(covering), failure(ETIMEDOUT));
}

TEST_F(Abandoned, WriteEndsASyncAlsoWhereAWriteOfAnotherDescriptorHasFailed) {
  gate.answer('A', Result::failure(EIO));
  Transfer& failed = write('A');
  write('B', {.fildes = fildes});
  gate.wait_started(2);
  Transfer& covering = sync();
  gate.let_go('A');
  EXPECT_EQ(finish(failed), failure(EIO));
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(covering), failure(ETIMEDOUT));
}

// The slot of the sync knows by then a number for whose descriptor there was no memory.
TEST_F(Abandoned, WriteHasNothingToDoWithWhatCameAfterASyncThatWasCancelled) {
  constexpr int kFar = 8'192;  // the first one of another part of the table
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs memory for itself";
  rlimit numbers{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &numbers), 0);
  if (numbers.rlim_max <= kFar) GTEST_SKIP() << "no number as large as that";
  const Limit limit(RLIMIT_NOFILE, numbers.rlim_max);
  const int far = ::fcntl(file, F_DUPFD, kFar);
  ASSERT_NE(far, -1);
  write('A', {.fildes = fildes});
  gate.wait_started(1);
  Transfer& covering = sync();
  ASSERT_EQ(aio_cancel(file, &covering), AIO_CANCELED);
  Transfer refused = read_of(far, 1);
  {
    const Limit memory(RLIMIT_AS, 1);
    ASSERT_EQ(aio_read(&refused), -1);
    ASSERT_EQ(errno, EAGAIN);
  }
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(covering), failure(ECANCELED));
  ::close(far);
}

}  // namespace
}  // namespace aiox::test
