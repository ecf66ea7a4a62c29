// SPDX-License-Identifier: MIT
//
// The calls that end a descriptor: what becomes of its requests, and that they are libc's else.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

/// A number for tests to end: nobody else has it open.
int number_of(int fildes) { return ::fcntl(fildes, F_DUPFD, 300); }

/// A way to end a descriptor.
struct Way {
  const char* name;
  std::function<void(int fildes)> end;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

const Way kWays[] = {
    {"close", [](int fildes) { EXPECT_EQ(::close(fildes), 0); }},
    {"dup2",
     [](int fildes) {
       EXPECT_EQ(::dup2(STDIN_FILENO, fildes), fildes);
       close_unseen(fildes);
     }},
    {"dup3",
     [](int fildes) {
       EXPECT_EQ(::dup3(STDIN_FILENO, fildes, O_CLOEXEC), fildes);
       close_unseen(fildes);
     }},
    {"close_range",
     [](int fildes) {
       const auto number = static_cast<unsigned>(fildes);
       EXPECT_EQ(::close_range(number, number + 5, 0), 0);
     }},
    {"closefrom", [](int fildes) { ::closefrom(fildes); }},
    {"fclose", [](int fildes) { EXPECT_EQ(::fclose(::fdopen(fildes, "r")), 0); }},
};

class CloseBy : public ::testing::TestWithParam<Way> {};

INSTANTIATE_TEST_SUITE_P(Every, CloseBy, ::testing::ValuesIn(kWays),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(CloseRange, FindsWhatIsBehindNumbersThatWereNeverUsed) {
  constexpr int kFar = 17'000;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max <= kFar) {
    GTEST_SKIP() << "no descriptor can have such a number here";
  }
  const Limit raised(RLIMIT_NOFILE, limit.rlim_max);
  const Ends ends = make_pipe();
  const int near = number_of(ends.reader);
  const int far = ::fcntl(ends.reader, F_DUPFD, kFar);
  Transfer low = read_of(near, 1);
  Transfer high = read_of(far, 1);
  ASSERT_EQ(aio_read(&low), 0);
  ASSERT_EQ(aio_read(&high), 0);
  EXPECT_EQ(::close_range(static_cast<unsigned>(near), static_cast<unsigned>(far), 0), 0);
  EXPECT_EQ(outcome_of(low), failure(ECANCELED));
  EXPECT_EQ(outcome_of(high), failure(ECANCELED));
}

TEST_P(CloseBy, WayCancelsWhatIsParkedAndTellsOfIt) {
  PendingSignal signal(SIGUSR1);
  for (Ends (*const make)() : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets,
                               make_udp_sockets, make_pty, make_eventfd}) {
    const Ends ends = make();
    const int fildes = number_of(ends.reader);
    Transfer parked = read_of(fildes, 8);
    parked.aio_sigevent = signal_event(SIGUSR1, 5);
    Transfer behind = read_of(fildes, 8);
    ASSERT_EQ(aio_read(&parked), 0);
    ASSERT_EQ(aio_read(&behind), 0);
    GetParam().end(fildes);
    EXPECT_EQ(::fcntl(fildes, F_GETFD), -1);
    EXPECT_EQ(outcome_of(parked), failure(ECANCELED));
    EXPECT_EQ(outcome_of(behind), failure(ECANCELED));
    EXPECT_EQ(signal.take().si_value.sival_int, 5);
  }
}

TEST_P(CloseBy, WayHasCarriedOutAcceptedWritesWhenItReturns) {
  const TempFile file;
  const int fildes = number_of(file);
  std::deque<Transfer> writes;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(aio_write(&writes.emplace_back(fildes, std::string(1000, char('A' + i % 26)),
                                             off_t{1000} * i)),
              0);
  }
  Transfer last = sync_of(fildes);
  ASSERT_EQ(aio_fsync(O_SYNC, &last), 0);
  GetParam().end(fildes);
  for (Transfer& each : writes) {
    EXPECT_EQ(outcome_of(each), success(1000));
  }
  EXPECT_EQ(outcome_of(last), success(0));
  const std::string content = file.content();
  ASSERT_EQ(content.size(), 100'000U);
  for (std::size_t i = 0; i < content.size(); ++i) {
    ASSERT_EQ(content[i], char('A' + i / 1000 % 26)) << i;
  }
}

TEST_P(CloseBy, WayAppendsAcceptedWritesInTheOrderOfTheirCalls) {
  const TempFile file("", O_APPEND);
  const int fildes = number_of(file);
  std::deque<Transfer> writes;
  std::string expected;
  for (int i = 0; i < 60; ++i) {
    expected += std::to_string(i) + ' ';
    ASSERT_EQ(aio_write(&writes.emplace_back(fildes, std::to_string(i) + ' ', 0)), 0);
  }
  GetParam().end(fildes);
  EXPECT_EQ(file.content(), expected);
}

TEST_P(CloseBy, WayDoesNotWaitForARunningReadOfATerminal) {
  const Ends ends = make_pty();
  const int fildes = number_of(ends.reader);
  std::deque<Transfer> reads;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(aio_read(&reads.emplace_back(fildes, std::size_t{1}, 0)), 0);
  }
  write_all(ends.writer, "x");  // a worker takes it, and the next is tried by one, perhaps
  wait_for(reads[0]);
  GetParam().end(fildes);
  EXPECT_EQ(::fcntl(fildes, F_GETFD), -1);
  write_all(ends.writer, "yyy");  // for what was running, if it was
  for (Transfer& each : reads) {
    wait_for(each);
  }
}

TEST_P(CloseBy, WayLeavesOtherNumbersOfTheFileAndTheirRequestsAlone) {
  const Ends ends = make_pipe();
  Transfer kept = read_of(ends.reader, 1);
  ASSERT_EQ(aio_read(&kept), 0);
  const int fildes = number_of(ends.reader);
  Transfer parked = read_of(fildes, 1);
  ASSERT_EQ(aio_read(&parked), 0);
  GetParam().end(fildes);
  EXPECT_EQ(outcome_of(parked), failure(ECANCELED));
  EXPECT_EQ(aio_error(&kept), EINPROGRESS);
  write_all(ends.writer, "x");
  EXPECT_EQ(finish(kept), success(1));
}

TEST_P(CloseBy, WayLeavesTheNumberReadyForAnotherFile) {
  for (int i = 0; i < 50; ++i) {
    const TempFile file;
    const Ends ends = make_pipe();
    const int fildes = number_of(file);
    Transfer to_file = write_of(fildes, "file");
    ASSERT_EQ(aio_write(&to_file), 0);
    GetParam().end(fildes);
    ASSERT_EQ(number_of(ends.reader), fildes);
    Transfer from_pipe = read_of(fildes, 4);
    ASSERT_EQ(aio_read(&from_pipe), 0);
    write_all(ends.writer, "pipe");
    ASSERT_EQ(finish(from_pipe), success(4));
    ASSERT_EQ(from_pipe.bytes(4), "pipe");
    ASSERT_EQ(file.content(), "file");
    GetParam().end(fildes);
  }
}

TEST_P(CloseBy, WayDoesNotTouchLowerNumbersOrTheLibrarysOwn) {
  const TempFile file("x");
  const int fildes = number_of(file);
  EXPECT_EQ(read_in_passing(fildes, 1), success(1));
  GetParam().end(fildes);
  EXPECT_NE(::fcntl(file, F_GETFD), -1);
  EXPECT_NE(::fcntl(STDIN_FILENO, F_GETFD), -1);
  EXPECT_NE(::fcntl(STDERR_FILENO, F_GETFD), -1);
}

TEST_P(CloseBy, WayEndsAParkedWriteWithWhatItHasMoved) {
  const Ends ends = make_unix_sockets();
  const int fildes = number_of(ends.writer);
  Transfer large = write_of(fildes, std::string(4'000'000, 'x'));
  ASSERT_EQ(aio_write(&large), 0);
  EXPECT_EQ(aio_error(&large), EINPROGRESS);
  GetParam().end(fildes);
  const Outcome outcome = outcome_of(large);
  EXPECT_EQ(outcome.error, 0);
  EXPECT_GT(outcome.value, 0);
  EXPECT_LT(outcome.value, 4'000'000);
}

TEST(Close, ByPcloseCancelsAndReturnsTheStatusOfTheProcess) {
  FILE* const stream = ::popen("read line; exit 3", "w");
  ASSERT_NE(stream, nullptr);
  const int fildes = ::fileno(stream);
  fill(fildes);
  Transfer parked = write_of(fildes, std::string(100'000, '\n'));
  ASSERT_EQ(aio_write(&parked), 0);
  const int status = ::pclose(stream);
  EXPECT_EQ(WEXITSTATUS(status), 3);
  EXPECT_NE(aio_error(&parked), EINPROGRESS);
}

TEST(Close, ByFcloseWritesTheStreamsBufferToo) {
  const TempFile file;
  const int fildes = number_of(file);
  FILE* const stream = ::fdopen(fildes, "w");
  ASSERT_EQ(std::fputs("buffered", stream), 1);
  Transfer asynchronous = write_of(fildes, "!", 8);
  ASSERT_EQ(aio_write(&asynchronous), 0);
  EXPECT_EQ(::fclose(stream), 0);
  EXPECT_EQ(outcome_of(asynchronous), success(1));
  EXPECT_EQ(file.content(), "buffered!");
}

TEST(Close, SaysWhatLibcSaysForBadArguments) {
  const TempFile file("x");
  EXPECT_EQ(read_in_passing(file, 1), success(1));  // the library is there
  const auto refused = [](int result, int error) { return result == -1 && errno == error; };
  EXPECT_TRUE(refused(::close(-1), EBADF));
  EXPECT_TRUE(refused(::close(1 << 30), EBADF));
  EXPECT_TRUE(refused(::dup2(-1, file), EBADF));
  EXPECT_TRUE(refused(::dup2(file, -1), EBADF));
  EXPECT_TRUE(refused(::dup2(file, 1 << 30), EBADF));
  EXPECT_TRUE(refused(::dup3(file, file, 0), EINVAL));
  EXPECT_TRUE(refused(::dup3(file, 200, O_APPEND), EINVAL));
  EXPECT_TRUE(refused(::dup3(-1, 200, 0), EBADF));
  EXPECT_TRUE(refused(::close_range(5, 3, 0), EINVAL));
  EXPECT_TRUE(refused(::close_range(200, 300, 1 << 20), EINVAL));
  EXPECT_EQ(::dup2(file, file), file);
  EXPECT_EQ(::fcntl(file, F_GETFD), 0);
}

TEST(Close, OfANumberThatWasUsedAndIsClosedIsEbadf) {
  const TempFile file("x");
  const int fildes = number_of(file);
  EXPECT_EQ(read_in_passing(fildes, 1), success(1));
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(::close(fildes), -1);
  EXPECT_EQ(errno, EBADF);
}

TEST(Close, ThatFailsToReplaceADescriptorEndsNothing) {
  const Ends ends = make_pipe();
  Transfer kept = read_of(ends.reader, 1);
  ASSERT_EQ(aio_read(&kept), 0);
  EXPECT_EQ(::dup2(closed_descriptor(), ends.reader), -1);
  EXPECT_EQ(::dup3(closed_descriptor(), ends.reader, 0), -1);
  EXPECT_EQ(::dup3(ends.writer, ends.reader, O_APPEND), -1);
  EXPECT_EQ(::dup3(ends.reader, ends.reader, 0), -1);
  EXPECT_EQ(::dup2(ends.reader, ends.reader), static_cast<int>(ends.reader));
  EXPECT_EQ(::close_range(0, 1'000, CLOSE_RANGE_CLOEXEC), 0);
  EXPECT_EQ(aio_error(&kept), EINPROGRESS);
  write_all(ends.writer, "x");
  EXPECT_EQ(finish(kept), success(1));
}

TEST(Close, LeavesErrnoAloneWhenItSucceeds) {
  const Ends ends = make_pipe();
  const int fildes = number_of(ends.reader);
  Transfer parked = read_of(fildes, 1);
  ASSERT_EQ(aio_read(&parked), 0);
  errno = 4711;
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(errno, 4711);
}

TEST(Close, CancelsWhatListsConsistOfAndEndsTheirWait) {
  const Ends ends = make_pipe();
  const int fildes = number_of(ends.reader);
  Transfer one = read_of(fildes, 1);
  Transfer other = read_of(fildes, 1);
  one.aio_lio_opcode = other.aio_lio_opcode = LIO_READ;
  aiocb* const list[] = {&one, &other};
  std::thread closer([&] {
    wait_until([] { return statistics().outstanding == 2; }, "the list");
    ::close(fildes);
  });
  EXPECT_EQ(list_io(LIO_WAIT, list), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(outcome_of(one), failure(ECANCELED));
  EXPECT_EQ(outcome_of(other), failure(ECANCELED));
  closer.join();
}

TEST(Close, EndsASuspensionOnWhatItCancels) {
  const Ends ends = make_pipe();
  const int fildes = number_of(ends.reader);
  Transfer parked = read_of(fildes, 1);
  ASSERT_EQ(aio_read(&parked), 0);
  std::thread closer([=] { ::close(fildes); });
  EXPECT_EQ(wait_for(parked), ECANCELED);
  closer.join();
}

// Each thread works on descriptors of its own; but a number that one has closed is soon another's.
TEST(Close, OfOneThreadRefusesNothingOnANumberThatIsAnothersAgain) {
  const Ends ends = make_pipe();
  std::vector<std::thread> threads;
  std::atomic<int> refused = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2'000; ++round) {
        const int mine = ::dup(ends.reader);
        Transfer parked = read_of(mine, 1);
        refused += aio_read(&parked) != 0 ? 1 : 0;
        EXPECT_EQ(::close(mine), 0);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(refused, 0);
}

int number_for_handler = -1;
int result_in_handler = -2;

void close_in_handler(const siginfo_t& /*info*/) {
  result_in_handler = ::close(number_for_handler);
}

TEST(Close, InAHandlerThatInterruptsASuspensionOnThatDescriptor) {
  const Ends ends = make_pipe();
  number_for_handler = number_of(ends.reader);
  const HandledSignal handled(SIGUSR1, 0, close_in_handler);
  Transfer parked = read_of(number_for_handler, 1);
  ASSERT_EQ(aio_read(&parked), 0);
  const pthread_t self = pthread_self();
  std::thread sender([=] { pthread_kill(self, SIGUSR1); });
  EXPECT_EQ(wait_for(parked), ECANCELED);
  EXPECT_EQ(result_in_handler, 0);
  sender.join();
}

TEST(Close, InACallbackOfTheSameDescriptorCancelsTheRest) {
  const Ends ends = make_pipe();
  const int fildes = number_of(ends.reader);
  int result = -2;
  Callbacks callbacks([&] { result = ::close(fildes); });
  Transfer first = read_of(fildes, 1);
  first.aio_sigevent = callbacks.event();
  Transfer second = read_of(fildes, 1);
  ASSERT_EQ(aio_read(&first), 0);
  ASSERT_EQ(aio_read(&second), 0);
  write_all(ends.writer, "x");
  callbacks.wait_for(1);
  EXPECT_EQ(result, 0);
  EXPECT_EQ(outcome_of(first), success(1));
  EXPECT_EQ(outcome_of(second), failure(ECANCELED));
}

}  // namespace
}  // namespace aiox::test
