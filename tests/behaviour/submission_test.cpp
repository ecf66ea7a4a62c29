// SPDX-License-Identifier: MIT
//
// What the submitting calls refuse: they say so at the call, and the aiocb then holds the error.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <functional>
#include <limits>
#include <ostream>
#include <string>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

struct Call {
  const char* name;
  int (*submit)(aiocb*);
  int right_mode;
  int wrong_mode;
};

constexpr Call kRead = {"Read", [](aiocb* block) { return aio_read(block); }, O_RDONLY, O_WRONLY};
constexpr Call kWrite = {"Write", [](aiocb* block) { return aio_write(block); }, O_WRONLY,
                         O_RDONLY};
constexpr Call kSync = {"Sync", [](aiocb* block) { return aio_fsync(O_SYNC, block); }, O_RDONLY,
                        O_PATH};
constexpr Call kDataSync = {"DataSync", [](aiocb* block) { return aio_fsync(O_DSYNC, block); },
                            O_WRONLY, O_PATH};

void PrintTo(const Call& call, std::ostream* out) { *out << call.name; }

std::string name_of(const testing::TestParamInfo<Call>& info) { return info.param.name; }

class AnyCall : public testing::TestWithParam<Call> {
 protected:
  void expect_refused(int error) {
    errno = 0;
    EXPECT_EQ(GetParam().submit(&block), -1);
    EXPECT_EQ(errno, error);
    EXPECT_EQ(outcome_of(block), failure(error));
    const aiox_statistics stats = statistics();
    EXPECT_EQ(stats.read.submitted + stats.write.submitted + stats.fsync.submitted, 0U);
  }

  void expect_accepted() {
    EXPECT_EQ(GetParam().submit(&block), 0);
    EXPECT_EQ(wait_for(block), 0);
  }

  TempFile file{"0123456789"};
  Transfer block{file, 4, 0};
};

TEST_P(AnyCall, ClosedDescriptorIsEbadf) {
  block.aio_fildes = closed_descriptor();
  expect_refused(EBADF);
}

TEST_P(AnyCall, NegativeDescriptorIsEbadf) {
  for (const int fildes : {-1, std::numeric_limits<int>::min()}) {
    block.aio_fildes = fildes;
    expect_refused(EBADF);
  }
}

TEST_P(AnyCall, HugeDescriptorIsEbadf) {
  block.aio_fildes = std::numeric_limits<int>::max();
  expect_refused(EBADF);
}

TEST_P(AnyCall, WrongAccessModeIsEbadf) {
  const Descriptor reopened = file.reopen(GetParam().wrong_mode);
  block.aio_fildes = reopened;
  expect_refused(EBADF);
}

TEST_P(AnyCall, DescriptorOpenedWithOPathIsEbadf) {
  const Descriptor reopened = file.reopen(O_PATH);
  block.aio_fildes = reopened;
  expect_refused(EBADF);
}

TEST_P(AnyCall, RightAccessModeIsAccepted) {
  const Descriptor reopened = file.reopen(GetParam().right_mode);
  block.aio_fildes = reopened;
  expect_accepted();
}

TEST_P(AnyCall, ReadWriteDescriptorIsAccepted) { expect_accepted(); }

TEST_P(AnyCall, UnknownSigevNotifyIsEinval) {
  for (const int notify : {3, 5, 17, -1, std::numeric_limits<int>::max()}) {
    block.aio_sigevent = no_event();
    block.aio_sigevent.sigev_notify = notify;
    expect_refused(EINVAL);
  }
}

TEST_P(AnyCall, SignalThatIsNoneIsEinval) {
  for (const int signo : {-1, 32, 33, SIGRTMAX + 1, 4711}) {
    block.aio_sigevent = signal_event(signo);
    expect_refused(EINVAL);
  }
}

TEST_P(AnyCall, SignalToAThreadThatIsNotOursIsEinval) {
  for (const pid_t thread : {0, -1, 1}) {
    block.aio_sigevent = signal_event_to(thread, SIGUSR1);
    expect_refused(EINVAL);
  }
}

TEST_P(AnyCall, RefusedRequestSendsNoSignal) {
  const PendingSignal signal(SIGUSR1);
  block.aio_fildes = closed_descriptor();
  block.aio_sigevent = signal_event(SIGUSR1);
  expect_refused(EBADF);
  EXPECT_FALSE(signal.is_pending());
}

TEST_P(AnyCall, RefusedAiocbIsAcceptedOnceItIsRight) {
  block.aio_fildes = closed_descriptor();
  expect_refused(EBADF);
  block.aio_fildes = file;
  expect_accepted();
}

TEST_P(AnyCall, SuccessLeavesErrnoAlone) {
  errno = 4711;
  ASSERT_EQ(GetParam().submit(&block), 0);
  EXPECT_EQ(errno, 4711);
  EXPECT_EQ(wait_for(block), 0);
}

TEST_P(AnyCall, IgnoresTheListOpcode) {
  block.aio_lio_opcode = 4711;
  expect_accepted();
}

TEST_P(AnyCall, ZeroSigeventIsNoNotificationAndNoError) {
  block.aio_sigevent = sigevent{};
  expect_accepted();
}

TEST_P(AnyCall, NoMemoryForTheLibraryIsEagain) {
  if (kSanitized) {
    GTEST_SKIP() << "a sanitizer needs all of the address space";
  }
  if (!in_environment({})) {
    return;
  }
  int result = 0;
  int error = 0;
  {
    const Limit nothing(RLIMIT_AS, 0);
    result = GetParam().submit(&block);
    error = errno;
  }
  EXPECT_EQ(result, -1);
  EXPECT_EQ(error, EAGAIN);
  EXPECT_EQ(outcome_of(block), failure(EAGAIN));
}

TEST_P(AnyCall, NoMemoryForTheLibraryIsEagainForTheEntriesOfAListToo) {
  if (kSanitized) {
    GTEST_SKIP() << "a sanitizer needs all of the address space";
  }
  if (!in_environment({})) {
    return;
  }
  aiocb* const list[] = {&block};
  int result = 0;
  int error = 0;
  {
    const Limit nothing(RLIMIT_AS, 0);
    result = list_io(LIO_WAIT, list);
    error = errno;
  }
  EXPECT_EQ(result, -1);
  EXPECT_EQ(error, EAGAIN);
  EXPECT_EQ(aio_error(&block), EAGAIN);
}

INSTANTIATE_TEST_SUITE_P(Submission, AnyCall, testing::Values(kRead, kWrite, kSync, kDataSync),
                         name_of);

class ReadOrWrite : public AnyCall {};

TEST_P(ReadOrWrite, ReqprioBeyondItsRangeIsEinval) {
  for (const int reqprio : {-1, 21, std::numeric_limits<int>::min()}) {
    block.aio_reqprio = reqprio;
    expect_refused(EINVAL);
  }
}

TEST_P(ReadOrWrite, ReqprioFromZeroToTwentyIsAccepted) {
  for (int reqprio = 0; reqprio <= 20; ++reqprio) {
    block.aio_reqprio = reqprio;
    expect_accepted();
  }
}

TEST_P(ReadOrWrite, NegativeOffsetOnAFileIsEinval) {
  for (const off_t offset : {off_t{-1}, std::numeric_limits<off_t>::min()}) {
    block.aio_offset = offset;
    expect_refused(EINVAL);
  }
}

TEST_P(ReadOrWrite, NegativeOffsetOnAStreamIsAccepted) {
  const Ends sockets = make_unix_sockets();
  write_all(sockets.writer, "four");
  block.aio_fildes = sockets.reader;
  block.aio_offset = -1;
  expect_accepted();
}

TEST_P(ReadOrWrite, MoreBytesThanSsizeMaxIsEinval) {
  for (const std::size_t nbytes :
       {std::size_t{std::numeric_limits<ssize_t>::max()} + 1, ~std::size_t{0}}) {
    block.aio_nbytes = nbytes;
    expect_refused(EINVAL);
  }
}

TEST_P(ReadOrWrite, NoBytesIsAccepted) {
  block.aio_nbytes = 0;
  expect_accepted();
  EXPECT_EQ(aio_return(&block), 0);
}

TEST_P(ReadOrWrite, BufferThatIsNotThereIsEfault) {
  block.aio_buf = reinterpret_cast<void*>(8);
  ASSERT_EQ(GetParam().submit(&block), 0);
  EXPECT_EQ(finish(block), failure(EFAULT));
}

INSTANTIATE_TEST_SUITE_P(Submission, ReadOrWrite, testing::Values(kRead, kWrite), name_of);

class OnlyWrite : public AnyCall {};

TEST_P(OnlyWrite, AtTheOffsetMaximumIsEfbig) {
  block.aio_offset = std::numeric_limits<off_t>::max();
  expect_refused(EFBIG);
}

TEST_P(OnlyWrite, OfNoBytesAtTheOffsetMaximumIsAccepted) {
  block.aio_offset = std::numeric_limits<off_t>::max();
  block.aio_nbytes = 0;
  expect_accepted();
}

INSTANTIATE_TEST_SUITE_P(Submission, OnlyWrite, testing::Values(kWrite), name_of);

}  // namespace
}  // namespace aiox::test
