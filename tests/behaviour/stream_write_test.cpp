// SPDX-License-Identifier: MIT
//
// Writes to streams: complete however long they are, with the boundaries of messages, and without
// SIGPIPE.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

using Make = Ends();

/// Bytes of which no two stretches are the same.
std::string counted_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(i * 2'654'435'761U >> 13);
  }
  return bytes;
}

void set_nonblocking(int fildes) {
  ASSERT_EQ(::fcntl(fildes, F_SETFL, ::fcntl(fildes, F_GETFL) | O_NONBLOCK), 0);
}

TEST(StreamWrite, OfEightMegabytesIsCompleteOnceItIsRead) {
  const std::string bytes = counted_bytes(std::size_t{8} << 20);
  for (Make* const make : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets}) {
    for (const bool blocking : {true, false}) {
      const Ends ends = make();
      if (!blocking) {
        set_nonblocking(ends.writer);
      }
      Transfer write = write_of(ends.writer, bytes);
      ASSERT_EQ(aio_write(&write), 0);
      EXPECT_EQ(aio_error(&write), EINPROGRESS);
      EXPECT_TRUE(read_exactly(ends.reader, bytes.size()) == bytes);
      EXPECT_EQ(finish(write), success(static_cast<ssize_t>(bytes.size())));
    }
  }
}

TEST(StreamWrite, GoesOnWhateverItsOffsetSays) {
  const std::string bytes = counted_bytes(std::size_t{1} << 20);
  for (Make* const make : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets}) {
    const Ends ends = make();
    Transfer write = write_of(ends.writer, bytes, std::numeric_limits<off_t>::max());
    ASSERT_EQ(aio_write(&write), 0);
    EXPECT_TRUE(read_exactly(ends.reader, bytes.size()) == bytes);
    EXPECT_EQ(finish(write), success(static_cast<ssize_t>(bytes.size())));
  }
}

TEST(StreamWrite, WaitingForRoomHoldsNoWorker) {
  const std::string much = counted_bytes(std::size_t{8} << 20);
  for (Make* const make : {make_pipe, make_unix_sockets, make_tcp_sockets}) {
    const Ends ends = make();
    Transfer begun = write_of(ends.writer, much);
    Transfer behind = write_of(ends.writer, "late");
    for (Transfer* const write : {&begun, &behind}) {
      ASSERT_EQ(aio_write(write), 0);
      EXPECT_EQ(aio_error(write), EINPROGRESS);
    }
    EXPECT_EQ(worker_threads().size(), 0U);
    EXPECT_EQ(aio_cancel(ends.writer, &behind), AIO_CANCELED);
    EXPECT_EQ(outcome_of(behind), failure(ECANCELED));
    EXPECT_EQ(aio_cancel(ends.writer, &begun), AIO_NOTCANCELED);
    EXPECT_GT(outcome_of(begun).value, 0);
  }
}

TEST(StreamWrite, PartlyDoneAndThenCanceledEndsAtOnceWithItsCount) {
  const std::string bytes = counted_bytes(std::size_t{8} << 20);
  for (Make* const make : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets}) {
    for (const bool all : {false, true}) {
      PendingSignal signal(SIGUSR1);
      Ends ends = make();
      Transfer write = write_of(ends.writer, bytes);
      write.aio_sigevent = signal_event(SIGUSR1);
      ASSERT_EQ(aio_write(&write), 0);
      ASSERT_EQ(aio_error(&write), EINPROGRESS);
      pollfd begun{.fd = ends.reader, .events = POLLIN, .revents = 0};
      ASSERT_EQ(::poll(&begun, 1, -1), 1);
      EXPECT_EQ(aio_cancel(ends.writer, all ? nullptr : &write), AIO_NOTCANCELED);
      if (make == make_fifo) {  // whose worker may be writing just then
        wait_until([&] { return aio_cancel(ends.writer, &write) == AIO_ALLDONE; }, "the end");
      }
      ASSERT_EQ(aio_error(&write), 0);
      signal.take();
      const Outcome outcome = outcome_of(write);
      EXPECT_EQ(outcome.error, 0);
      EXPECT_GT(outcome.value, 0);
      EXPECT_LT(outcome.value, static_cast<ssize_t>(bytes.size()));
      ends.writer.close();
      EXPECT_TRUE(read_to_end(ends.reader) ==
                  bytes.substr(0, static_cast<std::size_t>(outcome.value)));
    }
  }
}

TEST(StreamWrite, PartlyDoneWhenThePeerClosesEndsWithItsCount) {
  Ends pipe = make_pipe();
  Transfer write = write_of(pipe.writer, std::string(100'000, 'x'));
  ASSERT_EQ(aio_write(&write), 0);
  pipe.reader.close();
  EXPECT_EQ(finish(write), success(65'536));
}

TEST(StreamWrite, KeepsTheBoundariesOfMessages) {
  for (Make* const make : {make_datagram_sockets, make_seqpacket_sockets, make_udp_sockets}) {
    const Ends ends = make();
    Transfer first = write_of(ends.writer, "first");
    Transfer second = write_of(ends.writer, "2nd");
    ASSERT_EQ(aio_write(&first), 0);
    ASSERT_EQ(aio_write(&second), 0);
    EXPECT_EQ(read_in_passing(ends.reader, 100), success(5));
    Transfer rest = read_of(ends.reader, 100);
    EXPECT_EQ(run_read(rest), success(3));
    EXPECT_EQ(rest.bytes(3), "2nd");
    EXPECT_EQ(finish(first), success(5));
    EXPECT_EQ(finish(second), success(3));
  }
}

TEST(StreamWrite, OfMessagesThatFindNoRoomKeepsTheirBoundaries) {
  constexpr std::size_t kMessages = 100;
  for (Make* const make : {make_datagram_sockets, make_seqpacket_sockets}) {
    const Ends ends = make();
    std::deque<Transfer> writes;
    for (std::size_t i = 0; i < kMessages; ++i) {
      writes.emplace_back(ends.writer, std::string(10'000 + i, static_cast<char>('A' + i % 26)), 0);
      ASSERT_EQ(aio_write(&writes.back()), 0);
    }
    EXPECT_EQ(aio_error(&writes.back()), EINPROGRESS);
    for (std::size_t i = 0; i < kMessages; ++i) {
      char bytes[20'000];
      ASSERT_EQ(::read(ends.reader, bytes, sizeof bytes), static_cast<ssize_t>(10'000 + i));
      EXPECT_EQ(bytes[0], static_cast<char>('A' + i % 26));
    }
    for (std::size_t i = 0; i < kMessages; ++i) {
      EXPECT_EQ(finish(writes[i]), success(static_cast<ssize_t>(10'000 + i)));
    }
  }
}

TEST(StreamWrite, OfATooLargeMessageIsEmsgsize) {
  const Ends ends = make_udp_sockets();
  EXPECT_EQ(write_in_passing(ends.writer, std::string(100'000, 'x')), failure(EMSGSIZE));
}

TEST(StreamWrite, OfAnEmptyMessageArrives) {
  const Ends ends = make_datagram_sockets();
  EXPECT_EQ(write_in_passing(ends.writer, ""), success(0));
  EXPECT_EQ(write_in_passing(ends.writer, "next"), success(4));
  EXPECT_EQ(read_in_passing(ends.reader, 10), success(0));
  EXPECT_EQ(read_in_passing(ends.reader, 10), success(4));
}

TEST(StreamRead, OfNoBytesTakesNoMessage) {
  const Ends ends = make_datagram_sockets();
  write_all(ends.writer, "message");
  EXPECT_EQ(read_in_passing(ends.reader, 0), success(0));
  EXPECT_EQ(read_in_passing(ends.reader, 10), success(7));
}

TEST(StreamWrite, WithoutAReaderIsEpipeAndRaisesNoSignal) {
  for (Make* const make : {make_pipe, make_fifo, make_unix_sockets}) {
    const HandledSignal sigpipe(SIGPIPE);  // neither blocked nor ignored
    Ends ends = make();
    ends.reader.close();
    EXPECT_EQ(write_in_passing(ends.writer, "x"), failure(EPIPE));
    EXPECT_EQ(sigpipe.count(), 0);
  }
}

TEST(StreamWrite, ThatWaitsWhenItsReaderGoesIsEpipeAndRaisesNoSignal) {
  for (Make* const make : {make_pipe, make_fifo, make_unix_sockets}) {
    const HandledSignal sigpipe(SIGPIPE);
    Ends ends = make();
    fill(ends.writer);
    Transfer first = write_of(ends.writer, "x");
    Transfer second = write_of(ends.writer, "y");
    ASSERT_EQ(aio_write(&first), 0);
    ASSERT_EQ(aio_write(&second), 0);
    ends.reader.close();
    const int error = wait_for(first);
    EXPECT_TRUE(error == EPIPE || error == ECONNRESET) << error;
    EXPECT_EQ(finish(second), failure(EPIPE));
    EXPECT_EQ(sigpipe.count(), 0);
  }
}

TEST(StreamWrite, LeavesASigpipeThatWasPendingBeforeWhereItIs) {
  PendingSignal sigpipe(SIGPIPE);
  ASSERT_EQ(::pthread_kill(::pthread_self(), SIGPIPE), 0);
  Ends pipe = make_pipe();
  pipe.reader.close();
  EXPECT_EQ(write_in_passing(pipe.writer, "x"), failure(EPIPE));
  EXPECT_TRUE(sigpipe.is_pending());
  sigpipe.take();
  EXPECT_FALSE(sigpipe.is_pending());
}

TEST(StreamWrite, ToAnEventfdThatIsFullWaitsForAReader) {
  const Ends counter = make_eventfd();
  const std::uint64_t most = 0xfffffffffffffffe;
  write_all(counter.writer, {reinterpret_cast<const char*>(&most), sizeof most});
  Transfer write = write_of(counter.writer, std::string_view("\1\0\0\0\0\0\0\0", 8));
  ASSERT_EQ(aio_write(&write), 0);
  EXPECT_EQ(aio_error(&write), EINPROGRESS);
  EXPECT_EQ(read_exactly(counter.reader, 8).size(), 8U);
  EXPECT_EQ(finish(write), success(8));
}

// A worker was told that there is no room for the number, although the eventfd is writable: it is
// watched for changes only. When those are over, a later write has room and must not wait for one.
TEST(StreamWrite, AfterOneThatFoundNoRoomInAnEventfdWaitsForNoFurtherChange) {
  for (int round = 0; round < 100; ++round) {
    const Descriptor counter(::eventfd(0, EFD_NONBLOCK));
    const std::uint64_t nearly_full = 0xfffffffffffffffe - 2;
    write_all(counter, {reinterpret_cast<const char*>(&nearly_full), sizeof nearly_full});
    const std::string_view five("\5\0\0\0\0\0\0\0", 8);
    Transfer first = write_of(counter, five);
    ASSERT_EQ(aio_write(&first), 0);
    // A worker tries it now, or has tried it, or will. (Not by a number of yields: where others
    // want the processor, each takes long.)
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < std::chrono::microseconds(5 * round)) {
    }
    EXPECT_EQ(read_exactly(counter, 8).size(), 8U);
    EXPECT_EQ(finish(first), success(8));
    Transfer second = write_of(counter, five);
    ASSERT_EQ(aio_write(&second), 0);
    EXPECT_EQ(finish(second), success(8));
  }
}

}  // namespace
}  // namespace aiox::test
