// SPDX-License-Identifier: MIT
//
// Reads and writes of one stream, and what is appended to a file, come in the order of the calls.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/descriptors.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

using Make = Ends();

constexpr std::size_t kRecord = 8;

std::string record(std::size_t number) {
  std::string text = std::to_string(number);
  return std::string(kRecord - text.size(), '.') + text;
}

std::string records(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all += record(i);
  }
  return all;
}

TEST(Order, OfWritesToAStreamIsThatOfTheCalls) {
  constexpr std::size_t kWrites = 20'000;  // more than the stream's buffer takes
  for (Make* const make : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets, make_pty}) {
    const Ends ends = make();
    std::deque<Transfer> writes;
    for (std::size_t i = 0; i < kWrites; ++i) {
      writes.emplace_back(ends.writer, record(i), 0).aio_reqprio = static_cast<int>(20 - i % 21);
      ASSERT_EQ(aio_write(&writes.back()), 0);
    }
    EXPECT_TRUE(read_exactly(ends.reader, kWrites * kRecord) == records(kWrites));
    for (Transfer& write : writes) {
      ASSERT_EQ(finish(write), success(kRecord));
    }
  }
}

TEST(Order, OfReadsFromAStreamIsThatOfTheCalls) {
  constexpr std::size_t kReads = 2'000;
  for (Make* const make : {make_pipe, make_fifo, make_unix_sockets, make_tcp_sockets, make_pty}) {
    const Ends ends = make();
    std::deque<Transfer> reads;
    for (std::size_t i = 0; i < kReads; ++i) {
      reads.emplace_back(ends.reader, std::size_t{1}, 0).aio_reqprio =
          static_cast<int>(20 - i % 21);
      ASSERT_EQ(aio_read(&reads.back()), 0);
    }
    std::string bytes;
    for (std::size_t i = 0; i < kReads; ++i) {
      bytes += static_cast<char>('A' + i % 53);
    }
    write_all(ends.writer, bytes);
    for (std::size_t i = 0; i < kReads; ++i) {
      ASSERT_EQ(finish(reads[i]), success(1));
      ASSERT_EQ(reads[i].bytes(1)[0], bytes[i]) << i;
    }
  }
}

TEST(Order, OfCompletionOnAStreamIsThatOfTheCalls) {
  const Ends pipe = make_pipe();
  Transfer first = read_of(pipe.reader, 1);
  Transfer second = read_of(pipe.reader, 1);
  first.aio_reqprio = 20;
  ASSERT_EQ(aio_read(&first), 0);
  ASSERT_EQ(aio_read(&second), 0);
  write_all(pipe.writer, "x");
  EXPECT_EQ(finish(first), success(1));
  EXPECT_EQ(aio_error(&second), EINPROGRESS);
  write_all(pipe.writer, "y");
  EXPECT_EQ(finish(second), success(1));
}

TEST(Order, OfAppendedWritesIsThatOfTheCalls) {
  constexpr std::size_t kWrites = 5'000;
  const TempFile file("", O_APPEND);
  std::deque<Transfer> writes;
  for (std::size_t i = 0; i < kWrites; ++i) {
    writes.emplace_back(file, record(i), 0).aio_reqprio = static_cast<int>(20 - i % 21);
    ASSERT_EQ(aio_write(&writes.back()), 0);
  }
  for (Transfer& write : writes) {
    ASSERT_EQ(finish(write), success(kRecord));
  }
  EXPECT_TRUE(file.content() == records(kWrites));
}

TEST(Order, OfAppendedWritesPastThePageCacheIsThatOfTheCalls) {
  if (!in_environment({{"AIOX_KERNEL_AIO", "always"}})) return;
  constexpr std::size_t kBlock = 4'096;
  const TempFile file("", O_APPEND | O_DIRECT);
  std::deque<Transfer> writes;
  std::string expected;
  for (char fill = 'a'; fill <= 'z'; ++fill) {
    const std::string block(kBlock, fill);
    expected += block;
    ASSERT_EQ(aio_write(&writes.emplace_back(file, block, 0)), 0);
  }
  for (Transfer& write : writes) {
    ASSERT_EQ(finish(write), success(kBlock));
  }
  EXPECT_TRUE(file.content() == expected);
}

TEST(Order, OfAppendedWritesFromSeveralThreadsIsThatOfTheirCalls) {
  constexpr std::size_t kWrites = 2'000;
  constexpr std::size_t kThreads = 4;
  const TempFile file("", O_APPEND);
  std::deque<Transfer> writes;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (bool more = true; more; std::this_thread::yield()) {
        const std::lock_guard lock(mutex);  // so that there is an order of the calls
        more = writes.size() < kWrites;
        if (more) {
          writes.emplace_back(file, record(writes.size()), 0);
          ASSERT_EQ(aio_write(&writes.back()), 0);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (Transfer& write : writes) {
    ASSERT_EQ(finish(write), success(kRecord));
  }
  EXPECT_TRUE(file.content() == records(kWrites));
}

TEST(Order, OfAppendedWritesOfOneThreadHoldsWhileOthersAppend) {
  constexpr std::size_t kWrites = 500;
  constexpr std::size_t kThreads = 4;
  const TempFile file("", O_APPEND);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&file, i] {
      std::deque<Transfer> writes;
      for (std::size_t each = 0; each < kWrites; ++each) {
        writes.emplace_back(file, record(i * kWrites + each), 0);
        ASSERT_EQ(aio_write(&writes.back()), 0);
      }
      for (Transfer& write : writes) {
        ASSERT_EQ(finish(write), success(kRecord));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::string content = file.content();
  ASSERT_EQ(content.size(), kThreads * kWrites * kRecord);
  std::vector<std::size_t> next(kThreads, 0);
  for (std::size_t at = 0; at < content.size(); at += kRecord) {
    const std::string digits = content.substr(content.find_first_not_of('.', at), kRecord);
    const std::size_t number =
        std::stoul(digits.substr(0, at + kRecord - content.find_first_not_of('.', at)));
    EXPECT_EQ(number % kWrites, next[number / kWrites]++);
  }
}

TEST(Order, OfAppendedWritesIsKeptWhenSomeAreCanceled) {
  const TempFile file("", O_APPEND);
  std::deque<Transfer> writes;
  for (std::size_t i = 0; i < 2'000; ++i) {
    writes.emplace_back(file, record(i), 0);
    ASSERT_EQ(aio_write(&writes.back()), 0);
  }
  for (std::size_t i = 1; i < writes.size(); i += 2) {
    EXPECT_NE(aio_cancel(file, &writes[i]), -1);
  }
  std::string expected;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (wait_for(writes[i]) == 0) {
      expected += record(i);
    }
  }
  EXPECT_TRUE(file.content() == expected);
}

}  // namespace
}  // namespace aiox::test
