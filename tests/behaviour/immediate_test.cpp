// SPDX-License-Identifier: MIT
//
// What is there at once is over when the call returns, with no thread; and what a hint that is out
// of date does not do.
#include "immediate_test.h"

#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <string>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

Descriptor in_memory() { return Descriptor(::memfd_create("aiox-test", MFD_CLOEXEC)); }

/// Submits a read that has to be over when the call returns.
void expect_at_once(Transfer& read, std::string_view bytes) {
  ASSERT_EQ(aio_read(&read), 0);
  EXPECT_EQ(aio_error(&read), 0);
  EXPECT_EQ(outcome_of(read), success(static_cast<ssize_t>(bytes.size())));
  EXPECT_EQ(read.bytes(bytes.size()), bytes);
  EXPECT_TRUE(library_threads().empty());
}

TEST(Immediate, AReadFromThePageCacheIsOverWhenTheCallReturns) {
  if (!with_immediate()) return;
  const std::string bytes = pattern(4 * kSpan);
  const TempFile file(bytes);
  for (const off_t offset : {0, 1, 4'096, 5'000}) {
    Transfer read = read_of(file, kSpan, offset);
    expect_at_once(read, bytes.substr(static_cast<std::size_t>(offset), kSpan));
  }
  const aiox_statistics stats = statistics();
  EXPECT_EQ(stats.read.submitted, 4U);
  EXPECT_EQ(stats.read.completed, 4U);
  EXPECT_EQ(stats.workers, 0U);
}

TEST(Immediate, AReadAtTheEndOfAFileIsShort) {
  if (!with_immediate()) return;
  const TempFile file("abc");
  Transfer some = read_of(file, kSpan, 1);
  expect_at_once(some, "bc");
  Transfer nothing = read_of(file, kSpan, 3);
  expect_at_once(nothing, "");
  Transfer no_bytes = read_of(file, 0, 0);
  expect_at_once(no_bytes, "");
}

TEST(Immediate, DoesNotMoveTheFilesPosition) {
  if (!with_immediate()) return;
  const TempFile file("abcdef");
  ASSERT_EQ(::lseek(file, 2, SEEK_SET), 2);
  Transfer read = read_of(file, 3, 0);
  expect_at_once(read, "abc");
  EXPECT_EQ(::lseek(file, 0, SEEK_CUR), 2);
}

TEST(Immediate, WhatIsNotInThePageCacheComesAllTheSame) {
  if (!with_immediate()) return;
  const std::string bytes = pattern(32 * kSpan);
  const TempFile file(bytes);
  for (int round = 0; round < 8; ++round) {
    ASSERT_EQ(::fsync(file), 0);
    ASSERT_EQ(::posix_fadvise(file, off_t{kSpan} * round, 0, POSIX_FADV_DONTNEED), 0);
    Transfer read = read_of(file, 16 * kSpan, 0);
    EXPECT_EQ(run_read(read), success(16 * kSpan));
    EXPECT_EQ(read.bytes(16 * kSpan), bytes.substr(0, 16 * kSpan));
  }
}

TEST(Immediate, ALargeReadIsWhenItIsAloneAndNotBesideOthers) {
  if (!with_immediate()) return;
  const std::string bytes = pattern(1 << 20);
  const TempFile file(bytes);
  Transfer alone = read_of(file, bytes.size(), 0);
  expect_at_once(alone, bytes);
  const Ends ends = make_pipe();
  Transfer parked = read_of(ends.reader, 1);
  ASSERT_EQ(aio_read(&parked), 0);
  Transfer beside = read_of(file, bytes.size(), 0);
  EXPECT_EQ(run_read(beside), success(static_cast<ssize_t>(bytes.size())));
  EXPECT_GT(statistics().workers, 0U);
  EXPECT_EQ(aio_cancel(ends.reader, nullptr), AIO_CANCELED);
}

TEST(Immediate, IsOffWhereTheEnvironmentSaysSo) {
  if (!in_environment({{"AIOX_IMMEDIATE", "off"}, {"AIOX_IDLE_MS", kLong}})) return;
  const TempFile file("abc");
  EXPECT_EQ(read_in_passing(file, 3), success(3));
  EXPECT_GT(statistics().workers, 0U);
}

TEST(Immediate, ItsSizeIsTheEnvironments) {
  if (!in_environment(
          {{"AIOX_IMMEDIATE", "on"}, {"AIOX_IMMEDIATE_MAX", "2"}, {"AIOX_IDLE_MS", kLong}})) {
    return;
  }
  const TempFile file("abc");
  const Ends ends = make_pipe();
  Transfer parked = read_of(ends.reader, 1);
  ASSERT_EQ(aio_read(&parked), 0);
  EXPECT_EQ(read_in_passing(file, 2), success(2));
  EXPECT_EQ(statistics().workers, 0U);
  EXPECT_EQ(read_in_passing(file, 3), success(3));
  EXPECT_GT(statistics().workers, 0U);
  EXPECT_EQ(aio_cancel(ends.reader, nullptr), AIO_CANCELED);
}

TEST(Immediate, TellsOfItselfOnce) {
  if (!with_immediate()) return;
  const TempFile file("abc");
  PendingSignal signal(SIGRTMIN);
  Transfer by_signal = read_of(file, 3);
  by_signal.aio_sigevent = signal_event(SIGRTMIN, 17);
  EXPECT_EQ(run_read(by_signal), success(3));
  const siginfo_t info = signal.take();
  EXPECT_EQ(info.si_code, SI_ASYNCIO);
  EXPECT_EQ(info.si_value.sival_int, 17);
  EXPECT_FALSE(signal.is_pending());
  Callbacks callbacks;
  Transfer by_thread = read_of(file, 3);
  by_thread.aio_sigevent = callbacks.event();
  EXPECT_EQ(run_read(by_thread), success(3));
  callbacks.wait_for(1);
}

TEST(Immediate, RefusesASigeventThatIsNone) {
  if (!with_immediate()) return;
  const TempFile file("abc");
  Transfer read = read_of(file, 3);
  read.aio_sigevent.sigev_notify = 77;
  EXPECT_EQ(aio_read(&read), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(Immediate, AFileInMemoryIsReadAndWrittenInTheCall) {
  if (!with_immediate()) return;
  const Descriptor file = in_memory();
  Transfer written = write_of(file, "abcdef", 2);
  ASSERT_EQ(aio_write(&written), 0);
  EXPECT_EQ(aio_error(&written), 0);
  EXPECT_EQ(outcome_of(written), success(6));
  Transfer read = read_of(file, 8, 0);
  expect_at_once(read, std::string_view("\0\0abcdef", 8));
}

TEST(Immediate, AWriteBeyondTheLimitRaisesNoSignal) {
  if (!with_immediate()) return;
  const Descriptor file = in_memory();
  const HandledSignal handled(SIGXFSZ);
  Transfer before = write_of(file, "x", 0);
  EXPECT_EQ(run_write(before), success(1));
  const Limit limit(RLIMIT_FSIZE, 4);
  Transfer beyond = write_of(file, "y", 4);
  EXPECT_EQ(run_write(beyond), failure(EFBIG));
  Transfer across = write_of(file, "0123456789", 0);
  EXPECT_EQ(run_write(across), success(4));
  EXPECT_EQ(handled.count(), 0);
}

TEST(Immediate, AnAppendingWriteBeyondTheLimitRaisesNoSignalEither) {
  const Descriptor file = in_memory();
  const HandledSignal handled(SIGXFSZ);
  Transfer before = write_of(file, "0123456789", 0);
  EXPECT_EQ(run_write(before), success(10));
  ASSERT_EQ(::fcntl(file, F_SETFL, O_APPEND), 0);
  const Limit limit(RLIMIT_FSIZE, 4);
  Transfer beyond = write_of(file, "y", 0);
  EXPECT_EQ(run_write(beyond), failure(EFBIG));
  EXPECT_EQ(handled.count(), 0);
}

TEST(Immediate, ANumberThatIsNotOpenTakesNoMemory) {
  if (kSanitized) {
    GTEST_SKIP() << "a sanitizer takes memory of its own";
  }
  const std::size_t before = resident_memory();
  for (int fildes = 1'000'000; fildes < 900'000'000; fildes += 1'000'000) {
    Transfer refused = read_of(fildes, 1);
    ASSERT_EQ(aio_read(&refused), -1);
    ASSERT_EQ(errno, EBADF);
  }
  EXPECT_LT(resident_memory(), before + 1'000'000);
}

TEST(StaleHint, DoesNotReadAPipeAtAPosition) {
  if (!with_immediate()) return;
  const TempFile file("abc");
  EXPECT_EQ(read_in_passing(file, 3), success(3));
  const Ends ends = make_pipe();
  const int fildes = ::dup(file);
  EXPECT_EQ(read_in_passing(fildes, 3), success(3));
  replace_unseen(ends.reader, fildes);
  write_all(ends.writer, "xyz");
  Transfer read = read_of(fildes, 3, 1);
  EXPECT_EQ(run_read(read), success(3));
  EXPECT_EQ(read.bytes(3), "xyz");
  close_unseen(fildes);
}

TEST(StaleHint, ReadsTheFileThatIsThereNow) {
  if (!with_immediate()) return;
  const TempFile file("abc");
  const TempFile other("xyz");
  const int fildes = ::dup(file);
  EXPECT_EQ(read_in_passing(fildes, 3), success(3));
  replace_unseen(other, fildes);
  Transfer read = read_of(fildes, 3);
  EXPECT_EQ(run_read(read), success(3));
  EXPECT_EQ(read.bytes(3), "xyz");
  close_unseen(fildes);
}

TEST(StaleHint, RefusesNothingAndAllowsNothing) {
  if (!with_immediate()) return;
  const TempFile file("abc");
  const int fildes = ::dup(file);
  EXPECT_EQ(read_in_passing(fildes, 3), success(3));
  const Descriptor for_writing = file.reopen(O_WRONLY);
  replace_unseen(for_writing, fildes);
  Transfer refused = read_of(fildes, 3);
  EXPECT_EQ(aio_read(&refused), -1);
  EXPECT_EQ(errno, EBADF);
  close_unseen(fildes);
  EXPECT_EQ(aio_read(&refused), -1);
  EXPECT_EQ(errno, EBADF);
  replace_unseen(file, fildes);
  EXPECT_EQ(read_in_passing(fildes, 3), success(3));
  close_unseen(fildes);
}

TEST(StaleHint, OfAnODirectFlagThatCameLaterCostsNoByte) {
  if (!with_immediate()) return;
  const std::string bytes = pattern(2 * kSpan);
  const TempFile file(bytes);
  ASSERT_EQ(::fsync(file), 0);
  Transfer read = read_of(file, kSpan, 4'096);
  EXPECT_EQ(run_read(read), success(kSpan));
  if (::fcntl(file, F_SETFL, O_DIRECT) == -1) {
    GTEST_SKIP() << "no O_DIRECT here";
  }
  EXPECT_EQ(run_read(read), success(kSpan));
  EXPECT_EQ(read.bytes(kSpan), bytes.substr(kSpan, kSpan));
  ASSERT_EQ(::fcntl(file, F_SETFL, 0), 0);
  EXPECT_EQ(run_read(read), success(kSpan));
}

TEST(StaleHint, OfAnAppendFlagThatCameLaterKeepsTheOrderOfTheCalls) {
  if (!with_immediate()) return;
  const Descriptor file = in_memory();
  const Descriptor same(::dup(file));
  Transfer first = write_of(file, "0", 0);
  EXPECT_EQ(run_write(first), success(1));
  ASSERT_EQ(::fcntl(same, F_SETFL, O_APPEND), 0);
  std::deque<Transfer> writes;
  std::string expected = "0";
  for (int i = 0; i < 200; ++i) {
    const std::string bytes(1, static_cast<char>('a' + i % 26));
    expected += bytes;
    ASSERT_EQ(aio_write(&writes.emplace_back(file, bytes, 0)), 0);
  }
  for (Transfer& write : writes) {
    EXPECT_EQ(finish(write), success(1));
  }
  std::string found(expected.size(), '\0');
  EXPECT_EQ(::pread(file, found.data(), found.size(), 0), static_cast<ssize_t>(found.size()));
  EXPECT_EQ(found, expected);
}

TEST(StaleHint, EndsWithTheClose) {
  if (!with_immediate()) return;
  const TempFile file("abc");
  const int fildes = ::fcntl(file, F_DUPFD, 200);
  EXPECT_EQ(read_in_passing(fildes, 3), success(3));
  ASSERT_EQ(::close(fildes), 0);
  const Ends ends = make_unix_sockets();
  ASSERT_EQ(::fcntl(ends.reader, F_DUPFD, fildes), fildes);
  write_all(ends.writer, "xyz");
  Transfer read = read_of(fildes, 3);
  EXPECT_EQ(run_read(read), success(3));
  EXPECT_EQ(read.bytes(3), "xyz");
  ASSERT_EQ(::close(fildes), 0);
}

}  // namespace
}  // namespace aiox::test
