// SPDX-License-Identifier: MIT
//
// What the tests of the kernel's AIO share: a listener that keeps what it is told, and files that
// are read and written past the page cache.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "injection.h"
#include "io/kernel_aio.h"
#include "support/descriptors.h"
#include "support/patience.h"
#include "support/process.h"

namespace aiox::io {

inline constexpr std::size_t kBlock = 4096;

/// The cookie of a request whose end is for the reaper to tell of.
inline constexpr std::uint64_t kNotPlain = 1'000'000;

/// No event of a healthy device takes that long.
inline constexpr sys::Nanoseconds kLong = 60 * sys::kNanosecondsPerSecond;

struct alignas(kBlock) Block {
  std::array<char, kBlock> bytes{};

  explicit Block(char fill = '\0') { bytes.fill(fill); }
  bool holds(char fill) const { return bytes == Block(fill).bytes; }
};

inline Operation reading(int fildes, Block& block, off_t offset) {
  return {.fildes = fildes,
          .opcode = Opcode::kRead,
          .kind = FileKind::kFile,
          .buffer = block.bytes.data(),
          .nbytes = kBlock,
          .offset = offset};
}

inline Operation writing(int fildes, Block& block, off_t offset) {
  Operation operation = reading(fildes, block, offset);
  operation.opcode = Opcode::kWrite;
  return operation;
}

/// Reserves room and submits, until all are or one is not taken.
inline Submission submit(KernelAio& aio, std::span<const Order> orders) {
  const sys::SignalsBlocked proof;
  for (std::size_t taken = 0;;) {
    Reservation room = aio.reserve(orders.size() - taken, proof);
    Submission made = aio.submit(room, orders.subspan(taken, std::max(room.count, 1U)));
    aio.give_back(room);
    made.taken = taken += made.taken;
    if (made.why != Submitted::kAll || taken == orders.size()) {
      return made;
    }
  }
}

class KernelAioTest : public testing::Test, public CompletionListener {
 protected:
  KernelAioTest() { config.set(sys::Option::kIdleMs, 1); }

  void SetUp() override {
    try {
      file.emplace(contents(), O_DIRECT);
    } catch (const std::system_error& refused) {
      GTEST_SKIP() << "no O_DIRECT in this folder: " << refused.what();
    }
    Ring ring{};
    if (const int error = ring.open(); error != 0) {
      GTEST_SKIP() << "no kernel AIO here: " << std::strerror(error);
    }
    ring.close();
  }

  // Blocks of 'a', 'b', 'c' and 'd'.
  static std::string contents() {
    std::string all;
    for (char fill = 'a'; fill <= 'd'; ++fill) {
      all.append(kBlock, fill);
    }
    return all;
  }

  void completed(std::uint64_t cookie, Result result,
                 const sys::SignalsBlocked& /*proof*/) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      results_[cookie].push_back(result);
      ++told_;
      ::pthread_getname_np(::pthread_self(), last_teller_.data(), last_teller_.size());
    }
    shut.wait(true);
  }

  bool is_plain(std::uint64_t cookie) const noexcept override { return cookie != kNotPlain; }

  Submission submit(const Operation& operation, std::uint64_t cookie, int reqprio = 0) {
    const Order order{.operation = &operation, .cookie = cookie, .reqprio = reqprio};
    return io::submit(*aio, {&order, 1});
  }

  // Submits what has to be taken.
  std::uint32_t start(const Operation& operation, std::uint64_t cookie, int reqprio = 0) {
    const Submission submission = submit(operation, cookie, reqprio);
    EXPECT_EQ(submission.taken, 1U);
    EXPECT_EQ(submission.why, Submitted::kAll);
    return submission.context;
  }

  // The name of the thread that told last.
  std::string last_teller() {
    const std::lock_guard lock(mutex_);
    return last_teller_.data();
  }

  std::size_t told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  // The results that the listener was told for that cookie.
  std::vector<Result> results(std::uint64_t cookie) {
    const std::lock_guard lock(mutex_);
    return results_[cookie];
  }

  void expect_result(std::uint64_t cookie, ssize_t value, int error = 0) {
    const std::vector<Result> all = results(cookie);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].value, value);
    EXPECT_EQ(all[0].error, error);
  }

  // Whether cookies from 0 on were told, each once and with whole blocks.
  void expect_each_once(std::size_t count) {
    EXPECT_EQ(told(), count);
    for (std::uint64_t cookie = 0; cookie < count; ++cookie) {
      expect_result(cookie, kBlock);
    }
  }

  void wait_for(std::size_t count) {
    test::wait_until([&] { return told() >= count; }, "a completion");
  }

  void poll_for(std::uint32_t context, std::size_t count) {
    test::wait_until(
        [&] {
          aio->poll(context);
          return told() >= count;
        },
        "a completion");
  }

  void open() {
    shut = false;
    shut.notify_all();
  }

  static std::size_t reapers() { return test::threads_named("aiox/reaper").size(); }

  sys::Config config;
  std::optional<test::TempFile> file;
  std::atomic<bool> shut = false;  // completions wait while it is
  std::optional<KernelAio> aio{std::in_place, *this, config};

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, std::vector<Result>> results_;
  std::size_t told_ = 0;
  std::array<char, 16> last_teller_{};
};

}  // namespace aiox::io
