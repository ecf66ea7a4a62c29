// SPDX-License-Identifier: MIT
#include "kernel_aio_test.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <latch>
#include <set>
#include <thread>

#include "support/child.h"

namespace aiox::io {
namespace {

using test::CallFails;
using test::wait_until;

pid_t own_number() { return static_cast<pid_t>(::syscall(SYS_gettid)); }

bool is_gone(pid_t thread) { return ::syscall(SYS_tgkill, ::getpid(), thread, 0) == -1; }

TEST_F(KernelAioTest, ReadsWhatTheFileHolds) {
  std::array<Block, 4> blocks;
  std::uint32_t context = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    context = start(reading(*file, blocks[i], static_cast<off_t>(i * kBlock)), i);
  }
  poll_for(context, blocks.size());
  expect_each_once(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_TRUE(blocks[i].holds(static_cast<char>('a' + i)));
  }
}

TEST_F(KernelAioTest, WritesToTheFile) {
  Block block('x');
  poll_for(start(writing(*file, block, kBlock), 7), 1);
  expect_result(7, kBlock);
  std::string expected = contents();
  expected.replace(kBlock, kBlock, kBlock, 'x');
  EXPECT_EQ(file->content(), expected);
}

TEST_F(KernelAioTest, HandsTheWholeCookieOn) {
  Block block;
  const std::uint64_t cookie = 0xfedcba9876543210;
  poll_for(start(reading(*file, block, 0), cookie), 1);
  expect_result(cookie, kBlock);
}

TEST_F(KernelAioTest, ReadsLessAtTheEndOfTheFileAndNothingBehindIt) {
  const test::TempFile file_of_512(std::string(512, 's'), O_DIRECT);
  Block block;
  const std::uint32_t context = start(reading(file_of_512, block, 0), 0);
  start(reading(*file, block, 4 * kBlock), 1);
  poll_for(context, 2);
  expect_result(0, 512);
  expect_result(1, 0);
}

TEST_F(KernelAioTest, EndsAMisalignedReadAsPreadDoes) {
  Block block;
  const ssize_t count = ::pread(*file, block.bytes.data() + 1, 100, 1);
  const int error = count == -1 ? errno : 0;
  Operation operation = reading(*file, block, 1);
  operation.buffer = block.bytes.data() + 1;
  operation.nbytes = 100;
  poll_for(start(operation, 3), 1);
  expect_result(3, count, error);
}

TEST_F(KernelAioTest, TellsAnErrorThatComesWithTheCompletion) {
  Block block;
  Operation operation = reading(*file, block, 0);
  void* const nothing =
      ::mmap(nullptr, kBlock, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  operation.buffer = nothing;
  poll_for(start(operation, 3), 1);
  expect_result(3, -1, EFAULT);
  ::munmap(nothing, kBlock);
}

TEST_F(KernelAioTest, RefusesWhatTheKernelFindsFaultWith) {
  Block block;
  const Submission closed = submit(reading(test::closed_descriptor(), block, 0), 0);
  EXPECT_EQ(closed.taken, 0U);
  EXPECT_EQ(closed.why, Submitted::kRefused);
  EXPECT_EQ(closed.error, EBADF);
  const test::Descriptor read_only = file->reopen(O_RDONLY | O_DIRECT);
  EXPECT_EQ(submit(writing(read_only, block, 0), 1).error, EBADF);
  Operation large = reading(*file, block, 0);
  large.nbytes = SIZE_MAX;
  EXPECT_EQ(submit(large, 2).error, EINVAL);
  EXPECT_EQ(told(), 0U);
  poll_for(start(reading(*file, block, 0), 3), 1);
  expect_result(3, kBlock);
}

TEST_F(KernelAioTest, RefusesAWriteThatCouldRaiseASignal) {
  Block block('x');
  const test::Limit size(RLIMIT_FSIZE, kBlock);
  const Submission beyond = submit(writing(*file, block, kBlock), 0);
  EXPECT_EQ(beyond.why, Submitted::kRefused);
  EXPECT_EQ(beyond.error, EFBIG);
  sigset_t pending;
  ::sigpending(&pending);
  EXPECT_EQ(::sigismember(&pending, SIGXFSZ), 0);
  const std::uint32_t context = start(writing(*file, block, 0), 1);
  start(reading(*file, block, kBlock), 2);
  poll_for(context, 2);
  expect_result(1, kBlock);
}

TEST_F(KernelAioTest, SendsARequestOfLowerPriorityOn) {
  Block block;
  poll_for(start(reading(*file, block, 0), 0, 20), 1);
  expect_result(0, kBlock);
  EXPECT_TRUE(block.holds('a'));
}

TEST_F(KernelAioTest, TakesManyInOrderUntilOneIsRefused) {
  Block block;
  std::deque<Operation> operations(100, reading(*file, block, 0));
  operations[70].fildes = test::closed_descriptor();
  std::vector<Order> orders;
  for (const Operation& operation : operations) {
    orders.push_back({.operation = &operation, .cookie = orders.size(), .reqprio = 0});
  }
  const Submission submission = io::submit(*aio, orders);
  EXPECT_EQ(submission.taken, 70U);
  EXPECT_EQ(submission.why, Submitted::kRefused);
  EXPECT_EQ(submission.error, EBADF);
  poll_for(submission.context, 70);
  expect_each_once(70);
}

TEST_F(KernelAioTest, MakesRoomItselfWhereEventsAreThere) {
  Block block;
  constexpr std::size_t kCount = 3 * Ring::kEntries;
  std::uint32_t context = 0;
  for (std::uint64_t cookie = 0; cookie < kCount; ++cookie) {
    Submission submission{};
    wait_until(
        [&] {
          submission = submit(reading(*file, block, 0), cookie);
          return submission.taken == 1;
        },
        "room");
    context = submission.context;
  }
  poll_for(context, kCount);
  expect_each_once(kCount);
}

TEST_F(KernelAioTest, ListenerMaySubmit) {
  struct Again final : CompletionListener {
    void completed(std::uint64_t cookie, Result /*result*/,
                   const sys::SignalsBlocked& /*proof*/) noexcept override {
      if (++count < 100) {
        const Order order{.operation = &operation, .cookie = cookie + 1, .reqprio = 0};
        io::submit(*aio, {&order, 1});
      }
    }
    bool is_plain(std::uint64_t /*cookie*/) const noexcept override { return true; }
    KernelAio* aio = nullptr;
    Operation operation{};
    std::atomic<int> count = 0;
  } again;
  Block block;
  KernelAio other(again, config);
  again.aio = &other;
  again.operation = reading(*file, block, 0);
  const Order order{.operation = &again.operation, .cookie = 0, .reqprio = 0};
  const Submission first = io::submit(other, {&order, 1});
  wait_until(
      [&] {
        other.poll(first.context);
        return again.count == 100;
      },
      "the hundredth completion");
}

TEST_F(KernelAioTest, PollingAnyNumberIsHarmless) {
  EXPECT_FALSE(aio->poll(0));
  EXPECT_FALSE(aio->poll(UINT32_MAX));
  Block block;
  const std::uint32_t context = start(reading(*file, block, 0), 0);
  EXPECT_FALSE(aio->poll(context + 1));
  poll_for(context, 1);
  EXPECT_FALSE(aio->poll(context));
}

TEST_F(KernelAioTest, ThreadsHaveContextsOfTheirOwn) {
  constexpr std::size_t kThreads = 8;
  constexpr std::uint64_t kEach = 200;
  std::latch all_started(kThreads);
  std::mutex mutex;
  std::set<std::uint32_t> contexts;
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      Block block;
      std::uint32_t context = 0;
      for (std::uint64_t i = 0; i < kEach; ++i) {
        context = start(reading(*file, block, 0), thread * kEach + i);
        wait_until(
            [&] {
              aio->poll(context);
              return !results(thread * kEach + i).empty();
            },
            "a completion");
      }
      {
        const std::lock_guard lock(mutex);
        contexts.insert(context);
      }
      all_started.arrive_and_wait();
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(contexts.size(), kThreads);
  expect_each_once(kThreads * kEach);
}

TEST_F(KernelAioTest, SaysBeforehandWhichContextARequestWillBeIn) {
  const sys::SignalsBlocked proof;
  {
    const CallFails forbidden(SYS_io_setup, ENOSYS, 1);
    EXPECT_EQ(aio->context_of_this_thread(proof), KernelAio::kNoContext);
  }
  std::thread([&] { EXPECT_EQ(aio->context_of_this_thread(proof), 0U); }).join();
  const std::uint32_t context = aio->context_of_this_thread(proof);
  EXPECT_NE(context, KernelAio::kNoContext);
  Block block;
  EXPECT_EQ(start(reading(*file, block, 0), 0), context);
  poll_for(context, 1);
}

TEST_F(KernelAioTest, ContextOfAThreadThatIsGoneIsUsedAgain) {
  const CallFails count(SYS_io_setup, 0, 0);
  Block block;
  for (std::uint64_t i = 0; i < 20; ++i) {
    pid_t number = 0;
    std::thread([&] {
      number = own_number();
      EXPECT_EQ(start(reading(*file, block, 0), i), 0U);
    }).join();
    wait_until([&] { return is_gone(number); }, "the end of the thread");
  }
  EXPECT_EQ(count.made(), 1);
  poll_for(0, 20);
  expect_each_once(20);
}

TEST_F(KernelAioTest, WhatAThreadThatIsGoneLeftIsReaped) {
  std::array<Block, 100> blocks;
  std::thread([&] {
    for (std::uint64_t i = 0; i < 100; ++i) {
      start(reading(*file, blocks[i], 0), i);
    }
  }).join();
  wait_for(100);
  expect_each_once(100);
}

TEST_F(KernelAioTest, ThreadThatWasTakenForGoneGetsAnotherContext) {
  Block block;
  EXPECT_EQ(start(reading(*file, block, 0), 0), 0U);
  std::latch taken(1);
  std::latch over(1);
  std::thread taker;
  {
    const CallFails gone(SYS_tgkill, ESRCH);
    taker = std::thread([&] {
      EXPECT_EQ(start(reading(*file, block, 0), 1), 0U);
      taken.count_down();
      over.wait();
    });
    taken.wait();
  }
  EXPECT_EQ(start(reading(*file, block, 0), 2), 1U);
  over.count_down();
  taker.join();
  poll_for(0, 2);
  poll_for(1, 3);
  expect_each_once(3);
}

TEST_F(KernelAioTest, OneAfterTheOtherAtTheSameAddressShareNothing) {
  for (std::uint64_t i = 0; i < 3; ++i) {
    Block block;
    aio.emplace(*this, config);
    const CallFails count(SYS_io_setup, 0, 0);
    poll_for(start(reading(*file, block, 0), i), i + 1);
    EXPECT_EQ(count.made(), 1);
  }
  expect_each_once(3);
}

TEST_F(KernelAioTest, WaitsForWhatIsOutstandingBeforeItEnds) {
  std::array<Block, 100> blocks;
  for (std::uint64_t i = 0; i < 100; ++i) {
    start(reading(*file, blocks[i], 0), i);
  }
  aio.reset();
  expect_each_once(100);
}

// As one that a handler forks, in the middle of a call.
TEST_F(KernelAioTest, ChildOfForkFindsNoRingThatIsItsParents) {
  if (test::kThreadSanitized) {
    GTEST_SKIP() << "ThreadSanitizer's children of fork() hang";
  }
  config.set(sys::Option::kIdleMs, 86'400'000);
  Block block;
  const std::uint32_t context = start(reading(*file, block, 0), 0);
  EXPECT_EQ(aio->sleep(context, sys::kForever), Wake::kEvent);
  const pid_t child = ::fork();
  if (child == 0) {
    test::end_child(aio->poll(context) || aio->lease(context, sys::kForever) ? 1 : 0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  poll_for(context, 1);
  config.set(sys::Option::kIdleMs, 1);
  expect_each_once(1);
}

TEST_F(KernelAioTest, ChildOfForkStartsAnewAndLeavesTheParentsAlone) {
  if (test::kThreadSanitized) {
    GTEST_SKIP() << "ThreadSanitizer's children of fork() hang";
  }
  Block block;
  const std::uint32_t context = start(reading(*file, block, 0), 0);
  poll_for(context, 1);
  // A child finds a lock as another thread holds it, be it libc's or a sanitizer's.
  wait_until([] { return reapers() == 0; }, "the end of the reaper");
  const pid_t child = ::fork();
  if (child == 0) {
    auto* const anew = new KernelAio(*this, config);
    const Operation operation = reading(*file, block, kBlock);
    const Order order{.operation = &operation, .cookie = 1, .reqprio = 0};
    const Submission made = io::submit(*anew, {&order, 1});
    while (made.taken == 1 && results(1).empty()) {
      ::sched_yield();
    }
    test::end_child(block.holds('b') ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  start(reading(*file, block, 2 * kBlock), 2);
  poll_for(context, 2);
  expect_result(2, kBlock);
  EXPECT_TRUE(block.holds('c'));
}

}  // namespace
}  // namespace aiox::io
