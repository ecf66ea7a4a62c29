// SPDX-License-Identifier: MIT
//
// What needs exact control of the requests is in gate/list_test.cpp.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

using List = std::vector<aiocb*>;

TEST(LioListio, WaitRunsReadsAndWritesAndSucceeds) {
  const TempFile source("source");
  const TempFile sink;
  Transfer read = read_of(source, 6);
  Transfer write = write_of(sink, "written");
  EXPECT_EQ(list_io(LIO_WAIT, List{&read, &write}), 0);
  EXPECT_EQ(outcome_of(read), success(6));
  EXPECT_EQ(outcome_of(write), success(7));
  EXPECT_EQ(read.bytes(6), "source");
  EXPECT_EQ(sink.content(), "written");
}

TEST(LioListio, NowaitReturnsBeforeItsRequestsAreOver) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  EXPECT_EQ(list_io(LIO_NOWAIT, List{&read}), 0);
  EXPECT_EQ(aio_error(&read), EINPROGRESS);
  write_all(pipe.writer, "x");
  EXPECT_EQ(finish(read), success(1));
}

TEST(LioListio, IgnoresNullEntriesAndNops) {
  const TempFile file("x");
  Transfer read = read_of(file, 1);
  Transfer nop = write_of(file, "y");
  nop.aio_lio_opcode = LIO_NOP;
  nop.aio_fildes = -1;
  EXPECT_EQ(list_io(LIO_WAIT, List{nullptr, &nop, &read, nullptr}), 0);
  EXPECT_EQ(outcome_of(read), success(1));
  EXPECT_EQ(file.content(), "x");
  EXPECT_EQ(statistics().write.submitted, 0U);
}

TEST(LioListio, OfNothingSucceedsAtOnce) {
  EXPECT_EQ(list_io(LIO_WAIT, {}), 0);
  EXPECT_EQ(list_io(LIO_NOWAIT, {}), 0);
  EXPECT_EQ(list_io(LIO_WAIT, List{nullptr, nullptr}), 0);
}

TEST(LioListio, OfNothingNotifiesAtOnce) {
  PendingSignal signal(SIGUSR1);
  sigevent event = signal_event(SIGUSR1, 1);
  aiocb nop{};
  nop.aio_lio_opcode = LIO_NOP;
  for (const List& list : {List{}, List{nullptr}, List{&nop, nullptr}}) {
    EXPECT_EQ(list_io(LIO_NOWAIT, list, &event), 0);
    EXPECT_EQ(signal.take().si_value.sival_int, 1);
    EXPECT_FALSE(signal.is_pending());
  }
}

TEST(LioListio, UnknownModeIsEinval) {
  const TempFile file;
  Transfer write = write_of(file, "x");
  for (const int mode : {2, -1, 4711}) {
    EXPECT_EQ(list_io(mode, List{&write}), -1);
    EXPECT_EQ(errno, EINVAL);
  }
  EXPECT_EQ(file.content(), "");
}

TEST(LioListio, NegativeNumberOfEntriesIsEinval) {
  aiocb* const list[] = {nullptr};
  EXPECT_EQ(lio_listio(LIO_WAIT, list, -1, nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(LioListio, UnknownOpcodeIsEioAndEinvalInThatAiocb) {
  const TempFile file;
  for (const int mode : {LIO_WAIT, LIO_NOWAIT}) {
    Transfer unknown = write_of(file, "no");
    unknown.aio_lio_opcode = 4711;
    Transfer write = write_of(file, "yes");
    EXPECT_EQ(list_io(mode, List{&unknown, &write}), -1);
    EXPECT_EQ(errno, EIO);
    EXPECT_EQ(outcome_of(unknown), failure(EINVAL));
    EXPECT_EQ(finish(write), success(3));
  }
  EXPECT_EQ(file.content(), "yes");
}

TEST(LioListio, RefusedEntryIsEioAndStopsNoOther) {
  const TempFile file;
  Transfer refused = write_of(closed_descriptor(), "no");
  Transfer write = write_of(file, "yes");
  EXPECT_EQ(list_io(LIO_WAIT, List{&refused, &write}), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(outcome_of(refused), failure(EBADF));
  EXPECT_EQ(outcome_of(write), success(3));
}

TEST(LioListio, FirstEntryOfANegativeDescriptorIsRefused) {
  Transfer refused = read_of(-1, 1);
  EXPECT_EQ(list_io(LIO_WAIT, List{&refused}), -1);
  EXPECT_EQ(outcome_of(refused), failure(EBADF));
}

TEST(LioListio, EachEntryIsCheckedForItselfAlsoBehindAGoodOneOfItsDescriptor) {
  const TempFile file("x");
  const Descriptor reader = file.reopen(O_RDONLY);
  Transfer good = read_of(reader, 1);
  Transfer wrong_way = write_of(reader, "y");
  Transfer before_the_file = read_of(reader, 1, -1);
  Transfer wrong_priority = read_of(reader, 1);
  wrong_priority.aio_reqprio = 21;
  EXPECT_EQ(list_io(LIO_WAIT, List{&good, &wrong_way, &before_the_file, &wrong_priority}), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(outcome_of(good), success(1));
  EXPECT_EQ(outcome_of(wrong_way), failure(EBADF));
  EXPECT_EQ(outcome_of(before_the_file), failure(EINVAL));
  EXPECT_EQ(outcome_of(wrong_priority), failure(EINVAL));
}

TEST(LioListio, FailedRequestIsEioAndStopsNoOther) {
  const TempFile file;
  const Descriptor full = open_path("/dev/full", O_WRONLY);
  Transfer failed = write_of(full, "no");
  Transfer write = write_of(file, "yes");
  EXPECT_EQ(list_io(LIO_WAIT, List{&failed, &write}), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(outcome_of(failed), failure(ENOSPC));
  EXPECT_EQ(outcome_of(write), success(3));
}

TEST(LioListio, ShortReadAndEndOfFileAreNoFailure) {
  const TempFile file("short");
  Transfer part = read_of(file, 100);
  Transfer end = read_of(file, 100, 100);
  EXPECT_EQ(list_io(LIO_WAIT, List{&part, &end}), 0);
  EXPECT_EQ(outcome_of(part), success(5));
  EXPECT_EQ(outcome_of(end), success(0));
}

TEST(LioListio, RefusedEntryStillNotifies) {
  PendingSignal signal(SIGUSR1);
  Callbacks callbacks;
  Transfer refused = write_of(closed_descriptor(), "no");
  refused.aio_sigevent = signal_event(SIGUSR1, 9);
  Transfer unknown = write_of(-1, "no");
  unknown.aio_lio_opcode = 4711;
  unknown.aio_sigevent = callbacks.event();
  EXPECT_EQ(list_io(LIO_NOWAIT, List{&refused, &unknown}), -1);
  EXPECT_EQ(signal.take().si_value.sival_int, 9);
  callbacks.wait_for(1);
}

TEST(LioListio, ListWithARefusedEntryStillNotifiesOnce) {
  PendingSignal signal(SIGUSR1);
  const TempFile file;
  Transfer refused = write_of(closed_descriptor(), "no");
  Transfer write = write_of(file, "yes");
  sigevent event = signal_event(SIGUSR1, 2);
  EXPECT_EQ(list_io(LIO_NOWAIT, List{&refused, &write}, &event), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(signal.take().si_value.sival_int, 2);
  EXPECT_EQ(finish(write), success(3));
  EXPECT_FALSE(signal.is_pending());
}

TEST(LioListio, ListNotificationComesAsAnyKindOfEvent) {
  PendingSignal signal(SIGUSR1);
  Callbacks callbacks;
  const TempFile file("x");
  for (sigevent event : {signal_event(SIGUSR1), signal_event_to(gettid(), SIGUSR1)}) {
    Transfer read = read_of(file, 1);
    EXPECT_EQ(list_io(LIO_NOWAIT, List{&read}, &event), 0);
    EXPECT_EQ(signal.take().si_code, SI_ASYNCIO);
    EXPECT_EQ(outcome_of(read), success(1));
  }
  Transfer read = read_of(file, 1);
  sigevent event = callbacks.event();
  EXPECT_EQ(list_io(LIO_NOWAIT, List{&read}, &event), 0);
  callbacks.wait_for(1);
  EXPECT_EQ(outcome_of(read), success(1));
  event = no_event();
  EXPECT_EQ(list_io(LIO_NOWAIT, List{&read}, &event), 0);
  EXPECT_EQ(finish(read), success(1));
}

TEST(LioListio, ListNotificationThatMakesNoSenseIsEinvalAndStartsNothing) {
  const TempFile file;
  Transfer write = write_of(file, "x");
  sigevent unknown = no_event();
  unknown.sigev_notify = 4711;
  sigevent no_signal = signal_event(-5);
  for (sigevent* const event : {&unknown, &no_signal}) {
    EXPECT_EQ(list_io(LIO_NOWAIT, List{&write}, event), -1);
    EXPECT_EQ(errno, EINVAL);
  }
  EXPECT_EQ(statistics().write.submitted, 0U);
}

TEST(LioListio, AHundredThousandEntriesAreAllServed) {
  const TempFile file(std::string(1000, 'x'));
  const std::size_t count = 100'000;
  std::vector<aiocb> blocks(count);
  std::vector<char> bytes(count);
  List list;
  for (std::size_t i = 0; i < count; ++i) {
    blocks[i].aio_fildes = file;
    blocks[i].aio_buf = &bytes[i];
    blocks[i].aio_nbytes = 1;
    blocks[i].aio_offset = static_cast<off_t>(i % 1000);
    blocks[i].aio_lio_opcode = LIO_READ;
    list.push_back(&blocks[i]);
  }
  EXPECT_EQ(list_io(LIO_WAIT, list), 0);
  EXPECT_EQ(bytes, std::vector<char>(count, 'x'));
}

TEST(LioListio, SuccessLeavesErrnoAlone) {
  const TempFile file("x");
  Transfer read = read_of(file, 1);
  errno = 4711;
  EXPECT_EQ(list_io(LIO_WAIT, List{&read}), 0);
  EXPECT_EQ(errno, 4711);
}

}  // namespace
}  // namespace aiox::test
