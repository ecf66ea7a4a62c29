// SPDX-License-Identifier: MIT
//
// Pending reads, over every kind of descriptor that may have nothing to read for ever.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

/// A descriptor, and what gives it something to be read.
class Source {
 public:
  virtual ~Source() = default;
  virtual int fildes() const = 0;
  virtual void feed() = 0;
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
};

/// The first of two ends.
template <Ends (*make)()>
class EndsSource final : public Source {
 public:
  int fildes() const override { return ends_.reader; }
  void feed() override { write_all(ends_.writer, std::string_view("\1\0\0\0\0\0\0\0", 8)); }

 private:
  Ends ends_ = make();
};

class TimerSource final : public Source {
 public:
  int fildes() const override { return timer_; }
  void feed() override {
    const itimerspec at_once{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = 1}};
    EXPECT_EQ(::timerfd_settime(timer_, 0, &at_once, nullptr), 0);
  }

 private:
  Descriptor timer_{::timerfd_create(CLOCK_MONOTONIC, 0)};
};

class InotifySource final : public Source {
 public:
  InotifySource() {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    EXPECT_NE(::inotify_add_watch(inotify_, folder_.c_str(), IN_CREATE), -1);
  }
  ~InotifySource() override { std::filesystem::remove_all(folder_); }
  int fildes() const override { return inotify_; }
  void feed() override {
    open_path(folder_ + "/" + std::to_string(++made_), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC);
  }

 private:
  std::string folder_ = "/tmp/aiox-inotify-XXXXXX";
  Descriptor inotify_{::inotify_init()};
  int made_ = 0;
};

template <typename Kind>
std::unique_ptr<Source> make_source() {
  return std::make_unique<Kind>();
}

struct NamedSource {
  const char* name;
  std::unique_ptr<Source> (*make)();
};

class PendingRead : public testing::TestWithParam<NamedSource> {
 protected:
  static constexpr std::size_t kRoom = 4096;

  Transfer& submit(const sigevent& event = no_event()) {
    Transfer& read = reads_.emplace_back(source->fildes(), kRoom, 0);
    read.aio_sigevent = event;
    EXPECT_EQ(aio_read(&read), 0);
    EXPECT_EQ(aio_error(&read), EINPROGRESS);
    return read;
  }

  /// Whether there is something that a plain read() gets.
  void expect_data() {
    char bytes[kRoom];
    EXPECT_GT(::read(source->fildes(), bytes, sizeof bytes), 0);
  }

  std::unique_ptr<Source> source = GetParam().make();

 private:
  std::deque<Transfer> reads_;
};

INSTANTIATE_TEST_SUITE_P(
    , PendingRead,
    testing::Values(NamedSource{"Pipe", make_source<EndsSource<make_pipe>>},
                    NamedSource{"Fifo", make_source<EndsSource<make_fifo>>},
                    NamedSource{"UnixSocket", make_source<EndsSource<make_unix_sockets>>},
                    NamedSource{"UnixDatagram", make_source<EndsSource<make_datagram_sockets>>},
                    NamedSource{"Seqpacket", make_source<EndsSource<make_seqpacket_sockets>>},
                    NamedSource{"TcpSocket", make_source<EndsSource<make_tcp_sockets>>},
                    NamedSource{"UdpSocket", make_source<EndsSource<make_udp_sockets>>},
                    NamedSource{"Pty", make_source<EndsSource<make_pty>>},
                    NamedSource{"Eventfd", make_source<EndsSource<make_eventfd>>},
                    NamedSource{"Timerfd", make_source<TimerSource>},
                    NamedSource{"Inotify", make_source<InotifySource>}),
    [](const auto& kind) { return kind.param.name; });

TEST_P(PendingRead, CompletesWhenDataCome) {
  PendingSignal signal(SIGUSR1);
  for (int i = 0; i < 20; ++i) {
    Transfer& read = submit(signal_event(SIGUSR1));
    source->feed();
    const Outcome outcome = finish(read);
    EXPECT_EQ(outcome.error, 0);
    EXPECT_GT(outcome.value, 0);
    signal.take();
  }
  EXPECT_FALSE(signal.is_pending());
}

TEST_P(PendingRead, CompletesAtTheCallWhenDataAreThere) {
  source->feed();
  Transfer read = read_of(source->fildes(), kRoom);
  const Outcome outcome = run_read(read);
  EXPECT_EQ(outcome.error, 0);
  EXPECT_GT(outcome.value, 0);
}

TEST_P(PendingRead, IsCancelledAndTheDataAreStillThere) {
  PendingSignal signal(SIGUSR1);
  for (int i = 0; i < 20; ++i) {
    Transfer& read = submit(signal_event(SIGUSR1));
    EXPECT_EQ(aio_cancel(source->fildes(), &read), AIO_CANCELED);
    EXPECT_EQ(aio_error(&read), ECANCELED);
    signal.take();
    EXPECT_EQ(aio_cancel(source->fildes(), &read), AIO_ALLDONE);
    EXPECT_EQ(outcome_of(read), failure(ECANCELED));
    source->feed();
    expect_data();
  }
  EXPECT_FALSE(signal.is_pending());
}

TEST_P(PendingRead, IsCancelledWithAllOfItsDescriptor) {
  PendingSignal signal(SIGRTMIN);
  std::deque<Transfer*> reads;
  for (int i = 0; i < 10; ++i) {
    reads.push_back(&submit(signal_event(SIGRTMIN)));
  }
  EXPECT_EQ(aio_cancel(source->fildes(), nullptr), AIO_CANCELED);
  for (Transfer* const read : reads) {
    EXPECT_EQ(aio_error(read), ECANCELED);
    EXPECT_EQ(outcome_of(*read), failure(ECANCELED));
    signal.take();
  }
  EXPECT_FALSE(signal.is_pending());
  EXPECT_EQ(aio_cancel(source->fildes(), nullptr), AIO_ALLDONE);
  source->feed();
  expect_data();
}

TEST_P(PendingRead, CompletesWhenTheOneBeforeItIsCancelled) {
  Transfer& first = submit();
  Transfer& second = submit();
  EXPECT_EQ(aio_cancel(source->fildes(), &first), AIO_CANCELED);
  EXPECT_EQ(aio_error(&second), EINPROGRESS);
  source->feed();
  EXPECT_GT(finish(second).value, 0);
}

TEST_P(PendingRead, HoldsNoWorker) {
  submit();
  EXPECT_EQ(worker_threads().size(), 0U);
  EXPECT_EQ(statistics().outstanding, 1U);
  EXPECT_EQ(aio_cancel(source->fildes(), nullptr), AIO_CANCELED);
}

TEST_P(PendingRead, LeavesTheFlagsOfTheDescriptorAlone) {
  for (const int flag : {0, O_NONBLOCK}) {
    const int flags = (::fcntl(source->fildes(), F_GETFL) & ~O_NONBLOCK) | flag;
    ASSERT_EQ(::fcntl(source->fildes(), F_SETFL, flags), 0);
    Transfer& read = submit();
    EXPECT_EQ(::fcntl(source->fildes(), F_GETFL), flags);
    source->feed();
    EXPECT_GT(finish(read).value, 0);
    EXPECT_EQ(::fcntl(source->fildes(), F_GETFL), flags);
  }
}

// glibc: the write waits for the read.
TEST(PendingReadOf, ASocketOrPtyDelaysNoWriteOnIt) {
  for (auto* const make :
       {make_unix_sockets, make_tcp_sockets, make_udp_sockets, make_pty, make_seqpacket_sockets}) {
    const Ends ends = make();
    for (const int near : {0, 1}) {
      const int self = near == 0 ? ends.reader : ends.writer;
      const int peer = near == 0 ? ends.writer : ends.reader;
      Transfer pending = read_of(self, 100);
      ASSERT_EQ(aio_read(&pending), 0);
      EXPECT_EQ(write_in_passing(self, "question"), success(8));
      EXPECT_EQ(read_exactly(peer, 8), "question");
      EXPECT_EQ(aio_error(&pending), EINPROGRESS);
      write_all(peer, "answer");
      EXPECT_EQ(finish(pending), success(6));
    }
  }
}

TEST(PendingReads, ByThousandsTakeTwoThreadsAndAFileReadAmongThemCompletes) {
  constexpr std::size_t kEach = 150;
  std::deque<Ends> ends;
  std::deque<Transfer> reads;
  for (int i = 0; i < 100; ++i) {
    ends.push_back(i % 2 == 0 ? make_pipe() : make_unix_sockets());
    for (std::size_t each = 0; each < kEach; ++each) {
      reads.emplace_back(ends.back().reader, std::size_t{1}, 0);
      ASSERT_EQ(aio_read(&reads.back()), 0);
    }
  }
  const TempFile file("content");
  EXPECT_EQ(read_in_passing(file, 7), success(7));
  EXPECT_EQ(statistics().outstanding, 100 * kEach);
  EXPECT_LE(library_threads().size(), 2U);
  for (const Ends& each : ends) {
    write_all(each.writer, std::string(kEach, 'x'));
  }
  for (Transfer& read : reads) {
    EXPECT_EQ(finish(read), success(1));
  }
  EXPECT_LE(library_threads().size(), 2U);
}

TEST(PendingReads, LeaveNoThreadBehindWhenTheyAreOverAndTheLibraryIsIdle) {
  if (in_environment({{"AIOX_IDLE_MS", "1"}})) {
    for (int i = 0; i < 20; ++i) {
      const Ends pipe = make_pipe();
      Transfer read = read_of(pipe.reader, 1);
      ASSERT_EQ(aio_read(&read), 0);
      write_all(pipe.writer, "x");
      EXPECT_EQ(finish(read), success(1));
      wait_until([] { return library_threads().empty(); }, "the end of all threads");
    }
  }
}

TEST(PendingReads, AreServedAfterManyIdleTimes) {
  if (in_environment({{"AIOX_IDLE_MS", "1"}})) {
    const Ends pipe = make_pipe();
    Transfer pending = read_of(pipe.reader, 1);
    ASSERT_EQ(aio_read(&pending), 0);
    for (int i = 0; i < 20; ++i) {
      const TempFile file("x");
      EXPECT_EQ(read_in_passing(file, 1), success(1));
      wait_until([] { return worker_threads().empty(); }, "the end of the workers");
    }
    write_all(pipe.writer, "x");
    EXPECT_EQ(finish(pending), success(1));
  }
}

// A daemon closes every descriptor that it does not know, ours among them.
TEST(PendingReads, AreServedThoughTheProgramClosesTheLibrarysDescriptor) {
  if (in_environment({{"AIOX_IDLE_MS", "1"}})) {
    const Ends first = make_pipe();
    const Ends second = make_unix_sockets();
    Transfer reads[] = {read_of(first.reader, 1), read_of(second.reader, 1)};
    for (Transfer& read : reads) {
      ASSERT_EQ(aio_read(&read), 0);
    }
    const int lost = library_descriptor();
    close_unseen(lost);
    wait_until([&] { return library_descriptor() != -1; }, "a new descriptor of the library");
    write_all(first.writer, "x");
    write_all(second.writer, "x");
    for (Transfer& read : reads) {
      EXPECT_EQ(finish(read), success(1));
    }
  }
}

/// Whether the process does nothing, where one that is told of readiness for ever would.
bool is_idle() {
  timespec before{};
  timespec after{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  ::poll(nullptr, 0, 200);
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  return (after.tv_sec - before.tv_sec) * 1'000'000'000 + after.tv_nsec - before.tv_nsec <
         50'000'000;
}

/// Connects a socket to where another one is.
void connect_to(int from, int to) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ASSERT_EQ(::getsockname(to, reinterpret_cast<sockaddr*>(&address), &length), 0);
  ASSERT_EQ(::connect(from, reinterpret_cast<sockaddr*>(&address), length), 0);
}

// epoll tells for ever of an error queue that the program does not read.
TEST(PendingReads, OfASocketWithAnUnreadErrorQueueWaitInPeace) {
  for (const int flag : {0, O_NONBLOCK}) {
    const Ends ends = make_udp_sockets();
    constexpr int kOn = 1;
    ASSERT_EQ(::fcntl(ends.reader, F_SETFL, O_RDWR | flag), 0);
    ASSERT_EQ(::setsockopt(ends.reader, IPPROTO_IP, IP_RECVERR, &kOn, sizeof kOn), 0);
    connect_to(ends.writer, ends.writer);  // it hears nobody else, and keeps its number
    write_all(ends.reader, "to nobody");
    Transfer refused = read_of(ends.reader, 1);
    EXPECT_EQ(run_read(refused), failure(ECONNREFUSED));
    Transfer reads[] = {read_of(ends.reader, 1), read_of(ends.reader, 1), read_of(ends.reader, 1)};
    for (Transfer& read : reads) {
      ASSERT_EQ(aio_read(&read), 0);
    }
    EXPECT_TRUE(is_idle());
    connect_to(ends.writer, ends.reader);
    for (int i = 0; i < 2; ++i) {
      write_all(ends.writer, "x");
      EXPECT_EQ(finish(reads[i]), success(1));
    }
    EXPECT_EQ(aio_cancel(ends.reader, &reads[2]), AIO_CANCELED);
  }
}

// There is room in it, as epoll says, but not for that much.
TEST(PendingWrites, ToANonblockingEventfdThatDoNotFitWaitInPeace) {
  const Descriptor counter(::eventfd(1, EFD_NONBLOCK));
  constexpr std::uint64_t kMuch = UINT64_MAX - 1;
  Transfer write = write_of(counter, {reinterpret_cast<const char*>(&kMuch), sizeof kMuch});
  ASSERT_EQ(aio_write(&write), 0);
  EXPECT_TRUE(is_idle());
  EXPECT_EQ(aio_error(&write), EINPROGRESS);
  read_exactly(counter, sizeof kMuch);
  EXPECT_EQ(finish(write), success(sizeof kMuch));
}

// Its descriptor could write, too, and must not.
TEST(PendingReads, OfAFifoOpenForWritingTooPutNothingIntoIt) {
  const Ends ends = make_fifo();
  const std::string path = "/proc/self/fd/" + std::to_string(ends.reader);
  const Descriptor both = open_path(path, O_RDWR | O_NONBLOCK);
  Transfer read = read_of(both, 10);
  ASSERT_EQ(aio_read(&read), 0);
  char byte = 0;
  EXPECT_EQ(::read(both, &byte, 1), -1);
  EXPECT_EQ(errno, EAGAIN);
  write_all(ends.writer, "data");
  EXPECT_EQ(finish(read), success(4));
  EXPECT_EQ(read.bytes(4), "data");
}

TEST(Device, ThatHasMuchToGiveGivesAllThatIsAskedFor) {
  const Descriptor zero = open_path("/dev/zero", O_RDONLY);
  constexpr std::size_t kMuch = std::size_t{64} << 20;
  Transfer read = read_of(zero, kMuch);
  EXPECT_EQ(run_read(read), success(kMuch));
}

TEST(PendingReads, EndWithZeroWhenThePeerCloses) {
  for (auto* const make : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets}) {
    Ends ends = make();
    Transfer first = read_of(ends.reader, 1);
    Transfer second = read_of(ends.reader, 1);
    ASSERT_EQ(aio_read(&first), 0);
    ASSERT_EQ(aio_read(&second), 0);
    ends.writer.close();
    EXPECT_EQ(finish(first), success(0));
    EXPECT_EQ(finish(second), success(0));
  }
}

}  // namespace
}  // namespace aiox::test
