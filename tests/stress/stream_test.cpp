// SPDX-License-Identifier: MIT
//
// Several threads read and write one stream, or append to one file, and cancel at random. What was
// read is what was written, byte for byte, each in the order of the calls.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "scale.h"
#include "support/descriptors.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

constexpr std::size_t kThreads = 3;
constexpr std::size_t kInFlight = 8;  // of each thread

/// One direction of a stream: the calls of all threads, in their order.
class Direction {
 public:
  explicit Direction(int fildes) : fildes_(fildes) {}

  Transfer& write(std::size_t nbytes) {
    const std::lock_guard lock(mutex_);
    std::string record = std::to_string(calls_.size()) + ':';
    record.resize(std::max(record.size(), nbytes), static_cast<char>('a' + calls_.size() % 26));
    Transfer& made = calls_.emplace_back(fildes_, record, 0);
    EXPECT_EQ(aio_write(&made), 0);
    return made;
  }

  Transfer& read(std::size_t nbytes) {
    const std::lock_guard lock(mutex_);
    Transfer& made = calls_.emplace_back(fildes_, nbytes, 0);
    EXPECT_EQ(aio_read(&made), 0);
    return made;
  }

  void cancel(Transfer& which) const {
    const int answer = aio_cancel(fildes_, &which);
    EXPECT_NE(answer, -1);
    if (answer == AIO_CANCELED) {
      EXPECT_EQ(aio_error(&which), ECANCELED);
    }
  }

  void cancel_all() const { EXPECT_NE(aio_cancel(fildes_, nullptr), -1); }

  /// All that was moved, by calls that are over.
  std::string moved() {
    std::string all;
    for (Transfer& call : calls_) {
      const Outcome outcome = outcome_of(call);
      if (outcome.error == 0) {
        all += call.bytes(static_cast<std::size_t>(outcome.value));
      } else {
        EXPECT_EQ(outcome.error, ECANCELED);
      }
    }
    return all;
  }

 private:
  int fildes_;
  std::mutex mutex_;
  std::deque<Transfer> calls_;
};

/// Keeps some calls in flight, and cancels about one in eight.
class Caller {
 public:
  Caller(Direction& direction, bool writes, std::size_t largest, std::uint32_t seed)
      : direction_(direction), writes_(writes), largest_(largest), random_(seed) {}

  void call() {
    const std::size_t nbytes = 1 + random_() % largest_;
    in_flight_.push_back(writes_ ? &direction_.write(nbytes) : &direction_.read(nbytes));
    switch (random_() % 32) {
      case 0: return direction_.cancel_all();
      case 1:
      case 2:
      case 3: return direction_.cancel(*in_flight_[random_() % in_flight_.size()]);
      default: break;
    }
    if (in_flight_.size() >= kInFlight) {
      end_one();
    }
  }

  void end_all() {
    while (!in_flight_.empty()) {
      end_one();
    }
  }

  /// Whether a read has met the end of the stream.
  bool is_at_end() const { return at_end_; }

 private:
  void end_one() {
    Transfer& oldest = *in_flight_.front();
    in_flight_.pop_front();
    const int status = wait_for(oldest);
    // (The count stays to be retrieved.)
    at_end_ |= !writes_ && status == 0 && oldest.bytes(1)[0] == '\0';
  }

  Direction& direction_;
  bool writes_;
  std::size_t largest_;
  std::mt19937 random_;
  std::deque<Transfer*> in_flight_;
  bool at_end_ = false;
};

void run_threads(std::size_t count, const std::function<void(std::size_t)>& body) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back(body, i);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

void write_and_cancel(Direction& direction, int calls, std::size_t largest, std::uint32_t seed) {
  run_threads(kThreads, [&](std::size_t i) {
    Caller writer(direction, true, largest, seed + static_cast<std::uint32_t>(i));
    for (int call = 0; call < calls; ++call) {
      writer.call();
    }
    writer.end_all();
  });
}

void read_and_cancel(Direction& direction, std::size_t largest, std::uint32_t seed) {
  run_threads(kThreads, [&](std::size_t i) {
    Caller reader(direction, false, largest, seed + 100 + static_cast<std::uint32_t>(i));
    while (!reader.is_at_end()) {
      reader.call();
    }
    reader.end_all();
  });
}

void stress_stream(Ends ends, std::size_t largest) {
  const std::uint32_t first_seed = seed();
  Direction writes(ends.writer);
  Direction reads(ends.reader);
  std::thread readers([&] { read_and_cancel(reads, largest, first_seed); });
  write_and_cancel(writes, 700 * scale(), largest, first_seed);
  ends.writer.close();
  readers.join();
  const std::string written = writes.moved();
  const std::string read = reads.moved();
  EXPECT_GT(written.size(), 0U);
  EXPECT_EQ(written.size(), read.size());
  EXPECT_TRUE(written == read);
}

TEST(StreamStress, APipeKeepsEveryByteInOrder) { stress_stream(make_pipe(), 20'000); }

TEST(StreamStress, AFifoKeepsEveryByteInOrder) { stress_stream(make_fifo(), 20'000); }

TEST(StreamStress, AUnixSocketKeepsEveryByteInOrder) { stress_stream(make_unix_sockets(), 60'000); }

TEST(StreamStress, ATcpSocketKeepsEveryByteInOrder) { stress_stream(make_tcp_sockets(), 200'000); }

TEST(StreamStress, SmallTransfersKeepEveryByteInOrder) { stress_stream(make_pipe(), 16); }

TEST(StreamStress, ThreadsThatLeaveAtOnceStrandNobody) {
  if (in_environment({{"AIOX_IDLE_MS", "0"}})) {
    stress_stream(make_pipe(), 5'000);
    stress_stream(make_fifo(), 5'000);
  }
}

TEST(StreamStress, AnAppendedFileKeepsEveryByteInOrder) {
  const TempFile file("", O_APPEND);
  Direction writes(file);
  write_and_cancel(writes, 1'500 * scale(), 5'000, seed());
  EXPECT_TRUE(writes.moved() == file.content());
}

/// Bytes trickle in one by one while each read of them is cancelled, or not.
void race_cancel_with_data(const Ends& ends) {
  const auto total = static_cast<std::size_t>(5'000 * scale());
  std::mt19937 random(seed());
  std::thread feeder([&ends, total, mine = std::mt19937(random())]() mutable {
    for (std::size_t i = 0; i < total; ++i) {
      write_all(ends.writer, std::string(1, static_cast<char>('0' + i % 75)));
      for (std::size_t pause = mine() % 4; pause > 0; --pause) {
        std::this_thread::yield();
      }
    }
  });
  std::size_t received = 0;
  while (received < total) {
    Transfer read = read_of(ends.reader, 1 + random() % 3);
    ASSERT_EQ(aio_read(&read), 0);
    for (std::size_t pause = random() % 4; pause > 0; --pause) {
      std::this_thread::yield();
    }
    const int answer = random() % 8 == 0
                           ? AIO_ALLDONE
                           : aio_cancel(ends.reader, random() % 2 != 0 ? &read : nullptr);
    const Outcome outcome = finish(read);
    if (answer == AIO_CANCELED) {
      ASSERT_EQ(outcome, failure(ECANCELED));
      continue;
    }
    ASSERT_EQ(outcome.error, 0);
    for (const char byte : read.bytes(static_cast<std::size_t>(outcome.value))) {
      ASSERT_EQ(byte, static_cast<char>('0' + received++ % 75));
    }
  }
  feeder.join();
}

TEST(StreamStress, ACancelThatRacesWithDataLosesNoByte) {
  for (auto* const make : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets, make_pty}) {
    race_cancel_with_data(make());
  }
}

}  // namespace
}  // namespace aiox::test
