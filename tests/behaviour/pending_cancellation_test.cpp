// SPDX-License-Identifier: MIT
//
// Calls that are no cancellation points, made by a thread whose cancellation is pending: they do
// their work, and the thread is cancelled afterwards.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "support/descriptors.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

struct Work {
  const std::function<void()>& body;
  bool done = false;
};

void* cancelled_while_it_works(void* argument) {
  Work& work = *static_cast<Work*>(argument);
  pthread_cancel(pthread_self());
  work.body();
  work.done = true;
  pthread_testcancel();
  return nullptr;
}

/// Runs the body in a thread with a pending cancellation.
void with_a_pending_cancellation(const std::function<void()>& body) {
  Work work{body};
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, cancelled_while_it_works, &work), 0);
  void* result = nullptr;
  ASSERT_EQ(pthread_join(thread, &result), 0);
  EXPECT_TRUE(work.done);
  EXPECT_EQ(result, PTHREAD_CANCELED);
}

using MakeEnds = Ends();

class PendingCancellationTest : public testing::TestWithParam<MakeEnds*> {};
using PendingCancellation = PendingCancellationTest;

TEST_P(PendingCancellation, ActsNeitherInASubmissionNorInACancel) {
  const Ends ends = GetParam()();
  Transfer waiting = read_of(ends.reader, 8);
  Transfer written = write_of(ends.writer, "12345678");
  with_a_pending_cancellation([&] {
    EXPECT_EQ(aio_read(&waiting), 0);
    EXPECT_EQ(aio_cancel(ends.reader, &waiting), AIO_CANCELED);
    EXPECT_EQ(aio_read(&waiting), 0);
    EXPECT_EQ(aio_write(&written), 0);
  });
  EXPECT_EQ(finish(written), success(8));
  EXPECT_EQ(finish(waiting), success(8));
}

TEST_P(PendingCancellation, DoesNotActInAList) {
  const Ends ends = GetParam()();
  Transfer read = read_of(ends.reader, 8);
  Transfer written = write_of(ends.writer, "12345678");
  read.aio_lio_opcode = LIO_READ;
  written.aio_lio_opcode = LIO_WRITE;
  const std::array<aiocb*, 2> list{&read, &written};
  with_a_pending_cancellation([&] { EXPECT_EQ(list_io(LIO_WAIT, list), 0); });
  EXPECT_EQ(outcome_of(read), success(8));
}

INSTANTIATE_TEST_SUITE_P(Every, PendingCancellation,
                         testing::Values(make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets,
                                         make_pty, make_eventfd));

TEST(PendingCancellationOnAFile, ActsInNoCallButASuspension) {
  const TempFile file("12345678");
  Transfer read = read_of(file, 8);
  Transfer written = write_of(file, "abcdefgh", 8);
  Transfer sync = sync_of(file);
  with_a_pending_cancellation([&] {
    EXPECT_EQ(aio_read(&read), 0);
    EXPECT_EQ(aio_write(&written), 0);
    EXPECT_EQ(aio_fsync(O_SYNC, &sync), 0);
    aio_error(&read);
    aio_cancel(file, &read);
  });
  EXPECT_NE(wait_for(read), EINPROGRESS);
  EXPECT_NE(wait_for(written), EINPROGRESS);
  EXPECT_NE(wait_for(sync), EINPROGRESS);
}

TEST(PendingCancellationOnAFile, DoesNotActInAWriteToAPipeWithoutReader) {
  Ends ends = make_pipe();
  ends.reader.close();
  Transfer written = write_of(ends.writer, "x");
  with_a_pending_cancellation([&] { EXPECT_EQ(aio_write(&written), 0); });
  EXPECT_EQ(finish(written), failure(EPIPE));
}

}  // namespace
}  // namespace aiox::test
