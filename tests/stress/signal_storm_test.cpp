// SPDX-License-Identifier: MIT
//
// Signals 20,000 times a second over threads that make all calls. The handler, on a small alternate
// stack, makes the calls that are async-signal-safe: also close(), on descriptors that have
// requests.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "scale.h"
#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

constexpr int kThreads = 4;
constexpr long kPeriod = 50'000L * kThreads;  // nanoseconds, for each thread: 20 kHz for all
constexpr int kSignal = SIGUSR1;
constexpr int kErrno = 4711;  // nobody's

/// What the handler of a thread works on.
struct Victim {
  aiocb* done;                     // and retrieved
  aiocb* pending;                  // on a pipe
  std::atomic<int> to_close = -1;  // the handler's once it is there
  std::atomic<std::uint64_t> wrong = 0;
  std::atomic<std::uint64_t> handled = 0;
  std::atomic<std::uint64_t> closed = 0;

  void expect(bool holds) {
    if (!holds) {
      wrong.fetch_add(1);
    }
  }
};

thread_local Victim* victim = nullptr;

void on_signal(int /*signo*/) {
  const int before = errno;
  Victim& mine = *victim;
  const timespec no_time{};
  const aiocb* const list[] = {mine.pending};
  const aiocb* const over[] = {mine.pending, nullptr, mine.done};
  errno = kErrno;
  mine.expect(aio_error(mine.done) == 0 && errno == kErrno);
  mine.expect(aio_error(mine.pending) == EINPROGRESS && errno == kErrno);
  mine.expect(aio_suspend(over, 3, &no_time) == 0 && errno == kErrno);
  mine.expect(aio_suspend(list, 1, &no_time) == -1 && (errno == EAGAIN || errno == EINTR));
  errno = kErrno;
  if (const int fildes = mine.to_close.exchange(-1); fildes != -1) {
    mine.expect(close(fildes) == 0 && errno == kErrno);
    mine.closed.fetch_add(1);
  }
  mine.expect(aio_return(mine.done) == -1 && errno == EINVAL);  // it was retrieved
  mine.handled.fetch_add(1);
  errno = before;
}

/// An alternate stack as small as it may be, above a page that nobody may touch.
class SmallStack {
 public:
  SmallStack() {
    void* const pages =
        ::mmap(nullptr, kPage + kRoom, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(pages, MAP_FAILED);
    EXPECT_EQ(::mprotect(pages, kPage, PROT_NONE), 0);
    // What MINSIGSTKSZ, 2,048, leaves to a handler where the kernel saves the least.
    constexpr std::size_t kForTheHandler = 1'024;
    const std::size_t smallest = ::getauxval(AT_MINSIGSTKSZ) + kForTheHandler;
    const stack_t stack{.ss_sp = static_cast<char*>(pages) + kPage,
                        .ss_flags = 0,
                        .ss_size = kSanitized ? kRoom : std::max<std::size_t>(smallest, 2'048)};
    EXPECT_EQ(::sigaltstack(&stack, nullptr), 0);
  }
  ~SmallStack() {
    stack_t stack{};
    ::sigaltstack(nullptr, &stack);
    const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
    ::sigaltstack(&none, nullptr);
    ::munmap(static_cast<char*>(stack.ss_sp) - kPage, kPage + kRoom);
  }
  SmallStack(const SmallStack&) = delete;
  SmallStack& operator=(const SmallStack&) = delete;

 private:
  static constexpr std::size_t kPage = 4'096;
  static constexpr std::size_t kRoom = 262'144;
};

/// Signals to the calling thread, all the time.
class Timer {
 public:
  Timer() {
    sigevent event = signal_event_to(static_cast<pid_t>(::syscall(SYS_gettid)), kSignal);
    EXPECT_EQ(::timer_create(CLOCK_MONOTONIC, &event, &timer_), 0);
    const timespec period{.tv_sec = 0, .tv_nsec = kPeriod};
    const itimerspec times{.it_interval = period, .it_value = period};
    EXPECT_EQ(::timer_settime(timer_, 0, &times, nullptr), 0);
  }
  ~Timer() { ::timer_delete(timer_); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  timer_t timer_{};
};

/// A thread in the storm: it makes every call, and verifies every byte.
class Sailor {
 public:
  Sailor(int file, int number, std::uint32_t seed)
      : file_(file), number_(number), random_(seed + static_cast<std::uint32_t>(number)) {}

  void run(int rounds) {
    Transfer pending = read_of(pipe_.reader, 1);
    Transfer done = write_of(file_, "", offset());
    ASSERT_EQ(aio_read(&pending), 0);
    ASSERT_EQ(run_write(done), success(0));
    Victim mine{.done = &done, .pending = &pending};
    victim = &mine;
    mine.to_close = a_number_for(pipe_.reader);
    on_signal(kSignal);  // the loader's look-ups of names need more stack than all of the calls
    const SmallStack stack;
    {
      const Timer timer;
      for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
        work();
        have_one_closed();
      }
    }
    EXPECT_EQ(mine.wrong, 0U);
    EXPECT_GE(mine.closed, static_cast<std::uint64_t>(rounds));
    EXPECT_GT(mine.handled, mine.closed);
    write_all(pipe_.writer, "x");
    EXPECT_EQ(finish(pending), success(1));
  }

 private:
  /// Of this thread's own, so that nobody else gets it when it is free.
  int a_number_for(int fildes) const { return ::fcntl(fildes, F_DUPFD, 100 + 10 * number_); }

  off_t offset() const { return off_t{4'096} * number_; }

  void work() {
    std::string bytes(1 + random_() % 4'096, static_cast<char>('a' + random_() % 26));
    Transfer out = write_of(file_, bytes, offset());
    Transfer in = read_of(file_, bytes.size(), offset());
    errno = kErrno;
    ASSERT_EQ(aio_write(&out), 0);
    ASSERT_EQ(errno, kErrno);
    ASSERT_EQ(finish(out), success(static_cast<ssize_t>(bytes.size())));
    in.aio_lio_opcode = LIO_READ;
    aiocb* const list[] = {&in};
    if (list_io(LIO_WAIT, list) == -1) {
      ASSERT_EQ(errno, EINTR);
    }
    ASSERT_EQ(finish(in), success(static_cast<ssize_t>(bytes.size())));
    ASSERT_EQ(in.bytes(bytes.size()), bytes);
    Transfer sync = sync_of(file_);
    if (random_() % 16 == 0) {
      ASSERT_EQ(run_sync(sync), success(0));
    }
    Transfer cancelled = read_of(pipe_.reader, 1);
    ASSERT_EQ(aio_read(&cancelled), 0);
    ASSERT_EQ(aio_cancel(pipe_.reader, &cancelled), AIO_CANCELED);
    ASSERT_EQ(outcome_of(cancelled), failure(ECANCELED));
  }

  /// By the handler, with a request parked on it, or a write queued.
  void have_one_closed() {
    const bool is_pipe = random_() % 2 == 0;
    const int fildes = a_number_for(is_pipe ? static_cast<int>(pipe_.reader) : file_);
    Transfer request = write_of(fildes, "z", offset());
    ASSERT_EQ(is_pipe ? aio_read(&request) : aio_write(&request), 0);
    victim->to_close.store(fildes);
    wait_until([] { return victim->to_close.load() == -1; }, "the handler to close");
    const Outcome outcome = outcome_of(request);
    ASSERT_EQ(outcome, is_pipe ? failure(ECANCELED) : success(1));
  }

  int file_;
  int number_;
  std::mt19937 random_;
  Ends pipe_ = make_pipe();
};

TEST(SignalStorm, OverAllCallsNeitherDeadlocksNorCorrupts) {
  if (kThreadSanitized) {
    GTEST_SKIP() << "ThreadSanitizer keeps signals back until a thread makes a call";
  }
  const std::uint32_t chosen = seed();
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  ASSERT_EQ(::sigaction(kSignal, &action, nullptr), 0);
  const TempFile file;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { Sailor(file, i, chosen).run(2'000 * scale()); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  wait_for_quiet();
}

}  // namespace
}  // namespace aiox::test
