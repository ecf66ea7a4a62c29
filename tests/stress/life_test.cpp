// SPDX-License-Identifier: MIT
//
// Threads that submit, cancel, close and fork, under signals, with every byte verified.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <deque>
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
constexpr std::size_t kPlaces = 8;
constexpr std::size_t kPlaceSize = 2'000;

std::atomic<aiocb*> looked_at{nullptr};

void look(const siginfo_t& /*info*/) {
  const aiocb* const block = looked_at.load();
  const aiocb* const list[] = {block};
  const timespec no_time{};
  if (block != nullptr && (aio_error(block) != 0 || aio_suspend(list, 1, &no_time) != 0)) {
    ::abort();
  }
}

/// A child that finds nobody's requests, uses AIO, and ends. Between fork() and its end it makes
/// only calls that a child of a process with threads may make, and AIO.
int child(const aiocb& inherited, int file) {
  char byte = 0;
  aiocb own{};
  own.aio_fildes = file;
  own.aio_buf = &byte;
  own.aio_nbytes = 1;
  const aiocb* const list[] = {&own};
  bool well = aio_error(&inherited) == -1;
  if (!kSanitized) {  // AddressSanitizer's own locks stay as another thread held them
    well = well && aio_read(&own) == 0;
    while (well && aio_error(&own) == EINPROGRESS) {
      aio_suspend(list, 1, nullptr);
    }
    well = well && aio_return(&own) == 1 && byte == 'f';
  }
  const bool is_closed = ::close(inherited.aio_fildes) == 0;
  return well && is_closed ? 0 : 1;
}

class Inhabitant {
 public:
  Inhabitant(int number, std::uint32_t seed)
      : number_(number), random_(seed + static_cast<std::uint32_t>(number)) {}

  void run(int rounds) {
    for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
      switch (below(8)) {
        case 0:
        case 1:
        case 2: write_and_close(); break;
        case 3:
        case 4: append_and_close(); break;
        case 5: park_and_close(); break;
        case 6: stream(); break;
        default:
          if (!kThreadSanitized && below(4) == 0) {  // which cannot follow
            fork_with_something_parked();
          }
      }
    }
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  /// A number of this thread's own, so that nobody else gets it when it is free.
  int number_for(int fildes) const {
    const int made = ::fcntl(fildes, F_DUPFD, 100 + 50 * number_);
    EXPECT_LT(made, 150 + 50 * number_);
    return made;
  }

  void end(int fildes) {
    const auto number = static_cast<unsigned>(fildes);
    switch (below(5)) {
      case 0: ASSERT_EQ(::close(fildes), 0); return;
      case 1: ASSERT_EQ(::dup2(file_, fildes), fildes); break;
      case 2: ASSERT_EQ(::dup3(file_, fildes, O_CLOEXEC), fildes); break;
      case 3: ASSERT_EQ(::close_range(number, number, 0), 0); return;
      default: ASSERT_EQ(::fclose(::fdopen(fildes, "r")), 0); return;
    }
    ASSERT_EQ(::close(fildes), 0);
  }

  std::string some_bytes() {
    return std::string(1 + below(kPlaceSize), static_cast<char>('a' + below(26)));
  }

  /// Some of the writes are cancelled; all others are in the file when the descriptor is closed.
  void write_and_close() {
    const int fildes = number_for(file_);
    std::array<std::string, kPlaces> given;
    std::deque<Transfer> writes;
    for (std::size_t place = 0; place < kPlaces; ++place) {
      given[place] = some_bytes();
      Transfer& made = writes.emplace_back(fildes, given[place], off_t{kPlaceSize} * off_t(place));
      ASSERT_EQ(aio_write(&made), 0);
    }
    if (below(2) == 0) {
      ASSERT_NE(aio_cancel(fildes, &writes[below(kPlaces)]), -1);
    }
    end(fildes);
    for (std::size_t place = 0; place < kPlaces; ++place) {
      const std::string& expected = given[place];
      const Outcome outcome = outcome_of(writes[place]);
      if (outcome == failure(ECANCELED)) {
        continue;
      }
      ASSERT_EQ(outcome, success(static_cast<ssize_t>(expected.size())));
      std::string found(expected.size(), '\0');
      ASSERT_EQ(::pread(file_, found.data(), found.size(), off_t{kPlaceSize} * off_t(place)),
                static_cast<ssize_t>(found.size()));
      ASSERT_EQ(found, expected);
    }
  }

  void append_and_close() {
    ASSERT_EQ(::ftruncate(log_, 0), 0);
    const int fildes = number_for(log_);
    std::string expected;
    std::deque<Transfer> writes;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const std::string bytes = some_bytes();
      expected += bytes;
      ASSERT_EQ(aio_write(&writes.emplace_back(fildes, bytes, 0)), 0);
    }
    Transfer sync = sync_of(fildes);
    const bool syncs = below(8) == 0;
    ASSERT_TRUE(!syncs || aio_fsync(O_DSYNC, &sync) == 0);
    end(fildes);
    if (syncs) {
      ASSERT_EQ(outcome_of(sync), success(0));
    }
    std::string found(expected.size() + 1, '\0');
    const ssize_t count = ::pread(log_, found.data(), found.size(), 0);
    ASSERT_EQ(count, static_cast<ssize_t>(expected.size()));
    ASSERT_EQ(found.substr(0, expected.size()), expected);
  }

  void park_and_close() {
    const int fildes = number_for(ends_.reader);
    Callbacks callbacks;
    Transfer one = read_of(fildes, 1);
    Transfer other = read_of(fildes, 1);
    one.aio_sigevent = callbacks.event();
    ASSERT_EQ(aio_read(&one), 0);
    ASSERT_EQ(aio_read(&other), 0);
    const bool cancelled = below(2) == 0;
    if (cancelled) {
      ASSERT_EQ(aio_cancel(fildes, &one), AIO_CANCELED);
    }
    end(fildes);
    ASSERT_EQ(outcome_of(one), failure(ECANCELED));
    ASSERT_EQ(outcome_of(other), failure(ECANCELED));
    callbacks.wait_for(1);
  }

  /// What is written comes out in order, though descriptors come and go around it.
  void stream() {
    const int fildes = number_for(ends_.reader);
    std::deque<Transfer> reads;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      ASSERT_EQ(aio_read(&reads.emplace_back(fildes, std::size_t{10}, 0)), 0);
    }
    for (std::size_t i = 0; i < kPlaces / 2; ++i) {
      const std::string bytes(10, static_cast<char>('0' + i));
      ASSERT_EQ(write_in_passing(ends_.writer, bytes), success(10));
      ASSERT_EQ(finish(reads[i]), success(10));
      ASSERT_EQ(reads[i].bytes(10), bytes);
    }
    end(fildes);
    for (std::size_t i = kPlaces / 2; i < kPlaces; ++i) {
      ASSERT_EQ(outcome_of(reads[i]), failure(ECANCELED));
    }
  }

  void fork_with_something_parked() {
    const int fildes = number_for(ends_.reader);
    Transfer parked = read_of(fildes, 1);
    ASSERT_EQ(aio_read(&parked), 0);
    const pid_t made = ::fork();
    if (made == 0) {
      ::_exit(child(parked, fixed_));
    }
    ASSERT_GT(made, 0);
    int status = -1;
    while (::waitpid(made, &status, 0) == -1 && errno == EINTR) {
    }
    ASSERT_EQ(status, 0);
    ASSERT_EQ(aio_error(&parked), EINPROGRESS);
    ASSERT_EQ(write_in_passing(ends_.writer, "!"), success(1));
    ASSERT_EQ(finish(parked), success(1));
    end(fildes);
  }

  int number_;
  std::mt19937 random_;
  TempFile file_;
  TempFile log_{"", O_APPEND};
  TempFile fixed_{"f"};
  Ends ends_ = make_unix_sockets();
};

TEST(Life, OfThreadsThatForkCancelAndCloseUnderSignalsLosesNothing) {
  // A sync of a disk that others keep busy may take longer than a close waits by default.
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", "600000"}})) return;
  const std::uint32_t chosen = seed();
  const TempFile file;
  Transfer over = write_of(file, "x");
  ASSERT_EQ(run_write(over), success(1));
  looked_at = &over;
  {
    const HandledSignal handled(SIGUSR1, SA_RESTART, look);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([=] {
        const Pestering pestering(pthread_self(), SIGUSR1);
        Inhabitant(i, chosen).run(1'500 * scale());
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  }
  wait_for_quiet();
}

}  // namespace
}  // namespace aiox::test
