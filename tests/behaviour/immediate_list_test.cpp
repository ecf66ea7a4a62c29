// SPDX-License-Identifier: MIT
//
// Lists whose entries are there at once: what their caller copies itself, and what it leaves to
// others.
#include <aio.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <string>
#include <vector>

#include "immediate_test.h"
#include "support/child.h"
#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

bool with_portions_of_one() {
  return in_environment(
      {{"AIOX_IMMEDIATE", "on"}, {"AIOX_IMMEDIATE_CALL_MAX", "4096"}, {"AIOX_IDLE_MS", kLong}});
}

TEST(ImmediateList, AListOfReadsIsOverWhenItsCallReturns) {
  if (!with_immediate()) return;
  const std::string bytes = pattern(4 * kSpan);
  const TempFile file(bytes);
  std::array<Transfer, 3> reads{read_of(file, kSpan, 0), read_of(file, kSpan, 4'096),
                                read_of(file, kSpan, 8'192)};
  std::array<aiocb*, 3> list{};
  for (std::size_t i = 0; i < list.size(); ++i) {
    reads[i].aio_lio_opcode = LIO_READ;
    list[i] = &reads[i];
  }
  PendingSignal signal(SIGUSR1);
  sigevent event = signal_event(SIGUSR1);
  EXPECT_EQ(list_io(LIO_NOWAIT, list, &event), 0);
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(outcome_of(reads[i]), success(kSpan));
    EXPECT_EQ(reads[i].bytes(kSpan), bytes.substr(i * kSpan, kSpan));
  }
  signal.take();
  EXPECT_EQ(statistics().workers, 0U);
}

TEST(ImmediateList, OneListCopiesNoMoreThanTheEnvironmentSays) {
  if (!with_portions_of_one()) return;
  const TempFile file(pattern(4 * kSpan));
  Transfer first = read_of(file, kSpan, 0);
  Transfer second = read_of(file, kSpan, 4'096);
  first.aio_lio_opcode = LIO_READ;
  second.aio_lio_opcode = LIO_READ;
  const std::array<aiocb*, 2> both{&first, &second};
  EXPECT_EQ(list_io(LIO_NOWAIT, both), 0);
  EXPECT_EQ(aio_error(&first), 0);
  EXPECT_EQ(finish(second), success(kSpan));
  EXPECT_GT(statistics().workers, 0U);
}

/// A list that is longer than one portion of its caller's copying: reads of what is there, and one
/// that waits for a peer.
struct LongList {
  static constexpr std::size_t kReads = 4;

  LongList() {
    for (std::size_t i = 0; i < kReads; ++i) {
      Transfer& read = reads.emplace_back(file, kSpan, static_cast<off_t>(i * kSpan));
      read.aio_lio_opcode = LIO_READ;
      entries.push_back(&read);
    }
  }

  std::string bytes = pattern(kReads * kSpan);
  TempFile file{bytes};
  std::deque<Transfer> reads;
  std::vector<aiocb*> entries;
};

TEST(ImmediateList, ACallerWhoWaitsCopiesAllOfItsListItself) {
  if (!with_portions_of_one()) return;
  LongList list;
  EXPECT_EQ(list_io(LIO_WAIT, list.entries), 0);
  for (std::size_t i = 0; i < LongList::kReads; ++i) {
    EXPECT_EQ(outcome_of(list.reads[i]), success(kSpan));
    EXPECT_EQ(list.reads[i].bytes(kSpan), list.bytes.substr(i * kSpan, kSpan));
  }
  EXPECT_EQ(statistics().workers, 0U);
}

TEST(ImmediateList, AHandlerBetweenThePortionsEndsTheWaitAndLeavesTheRestGoing) {
  if (!with_portions_of_one()) return;
  LongList list;
  const HandledSignal handled(SIGUSR1);
  list.reads[1].aio_sigevent = signal_event(SIGUSR1);
  const Ends ends = make_pipe();
  Transfer parked = read_of(ends.reader, 1);
  parked.aio_lio_opcode = LIO_READ;
  list.entries.push_back(&parked);
  EXPECT_EQ(list_io(LIO_WAIT, list.entries), -1);
  EXPECT_EQ(errno, EINTR);
  EXPECT_EQ(handled.count(), 1);
  EXPECT_EQ(outcome_of(list.reads[0]), success(kSpan));
  EXPECT_EQ(outcome_of(list.reads[1]), success(kSpan));
  EXPECT_EQ(finish(list.reads[2]), success(kSpan));
  EXPECT_EQ(finish(list.reads[3]), success(kSpan));
  EXPECT_GT(statistics().workers, 0U);
  EXPECT_EQ(aio_error(&parked), EINPROGRESS);
  write_all(ends.writer, "x");
  EXPECT_EQ(finish(parked), success(1));
}

TEST(ImmediateList, AHandlerWithSaRestartBetweenThePortionsEndsNoWait) {
  if (!with_portions_of_one()) return;
  LongList list;
  const HandledSignal handled(SIGUSR1, SA_RESTART);
  list.reads[0].aio_sigevent = signal_event(SIGUSR1);
  EXPECT_EQ(list_io(LIO_WAIT, list.entries), 0);
  EXPECT_EQ(handled.count(), 1);
  EXPECT_EQ(statistics().workers, 0U);
}

TEST(ImmediateList, AChildThatAHandlerMakesBetweenThePortionsDoesNothingMore) {
  if (kSanitized) {
    GTEST_SKIP() << "a sanitizer's allocator may hang a child of fork()";
  }
  if (!with_portions_of_one()) return;
  static constinit std::atomic<pid_t> child{-1};
  LongList list;
  const HandledSignal handled(SIGUSR1, SA_RESTART,
                              [](const siginfo_t& /*info*/) { child = ::fork(); });
  list.reads[0].aio_sigevent = signal_event(SIGUSR1);
  const int answer = list_io(LIO_WAIT, list.entries);
  if (child == 0) {
    end_child(answer == -1 && errno == EINTR ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(answer, 0);
}

TEST(ImmediateList, ABlockedSignalEndsNoWait) {
  if (!with_portions_of_one()) return;
  LongList list;
  const HandledSignal handled(SIGUSR1);
  PendingSignal blocked(SIGUSR1);
  list.reads[0].aio_sigevent = signal_event(SIGUSR1);
  EXPECT_EQ(list_io(LIO_WAIT, list.entries), 0);
  EXPECT_EQ(statistics().workers, 0U);
  blocked.take();
  EXPECT_EQ(handled.count(), 0);
}

TEST(ImmediateList, AnIgnoredSignalBetweenThePortionsIsNone) {
  if (!with_portions_of_one()) return;
  LongList list;
  list.reads[0].aio_sigevent = signal_event(SIGCHLD);
  EXPECT_EQ(list_io(LIO_WAIT, list.entries), 0);
  EXPECT_EQ(statistics().workers, 0U);
}

TEST(ImmediateList, AHandlerThatFindsNothingLeftDoesNotEndTheWait) {
  if (!with_portions_of_one()) return;
  LongList list;
  const HandledSignal handled(SIGUSR1);
  list.reads[0].aio_sigevent = signal_event(SIGUSR1);
  list.reads[1].aio_fildes = closed_descriptor();
  list.entries.resize(2);
  EXPECT_EQ(list_io(LIO_WAIT, list.entries), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(handled.count(), 1);
  EXPECT_EQ(outcome_of(list.reads[1]), failure(EBADF));
}

}  // namespace
}  // namespace aiox::test
