// SPDX-License-Identifier: MIT
//
// aio_suspend(), waiting for requests that end when the test says so.
#include <aio.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "gate_test.h"

namespace aiox::test {
namespace {

class Suspend : public GateTest {
 protected:
  static int suspend(const std::vector<const aiocb*>& list, const timespec* timeout = nullptr) {
    return aio_suspend(list.data(), static_cast<int>(list.size()), timeout);
  }
};

constexpr timespec kNoTime{.tv_sec = 0, .tv_nsec = 0};

TEST_F(Suspend, ReturnsAtOnceWhenAnEntryIsComplete) {
  Transfer& pending = write('A');
  Transfer& complete = write('B');
  gate.let_go('B');
  wait_for(complete);
  EXPECT_EQ(suspend({&pending, &complete}), 0);
  EXPECT_EQ(aio_error(&pending), EINPROGRESS);
}

TEST_F(Suspend, ReturnsWhenTheFirstOfSeveralIsOver) {
  Transfer& pending = write('A');
  Transfer& ends = write('B');
  gate.wait_started(2);
  std::thread opener([this] { gate.let_go('B'); });
  EXPECT_EQ(suspend({&pending, &ends}), 0);
  EXPECT_EQ(aio_error(&ends), 0);
  EXPECT_EQ(aio_error(&pending), EINPROGRESS);
  opener.join();
}

TEST_F(Suspend, SkipsNullEntries) {
  Transfer& pending = write('A');
  EXPECT_EQ(suspend({nullptr, &pending, nullptr}, &kNoTime), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(suspend({nullptr, nullptr}), 0);
}

TEST_F(Suspend, OverNothingReturnsAtOnce) {
  write('A');
  const aiocb* const none[] = {nullptr};
  EXPECT_EQ(aio_suspend(none, 0, nullptr), 0);
}

TEST_F(Suspend, OnOneThatWasNeverSubmittedReturnsAtOnce) {
  Transfer& pending = write('A');
  EXPECT_EQ(suspend({&pending, &make_write('B')}), 0);
}

TEST_F(Suspend, OverANegativeNumberOfEntriesIsEinval) {
  Transfer& pending = write('A');
  const aiocb* const list[] = {&pending};
  EXPECT_EQ(aio_suspend(list, -1, nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST_F(Suspend, WithoutTimeIsEagain) {
  Transfer& pending = write('A');
  for (const timespec timeout :
       {timespec{.tv_sec = 0, .tv_nsec = 0}, timespec{.tv_sec = 0, .tv_nsec = 1},
        timespec{.tv_sec = 0, .tv_nsec = 3'000'000}, timespec{.tv_sec = -1, .tv_nsec = 0},
        timespec{.tv_sec = -1, .tv_nsec = 999'999'999},
        timespec{.tv_sec = -1'000'000'000, .tv_nsec = 5}}) {
    EXPECT_EQ(suspend({&pending}, &timeout), -1);
    EXPECT_EQ(errno, EAGAIN) << timeout.tv_sec << " " << timeout.tv_nsec;
  }
}

TEST_F(Suspend, WaitsForItsTime) {
  Transfer& pending = write('A');
  const timespec timeout{.tv_sec = 0, .tv_nsec = 20'000'000};
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(suspend({&pending}, &timeout), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(20));
}

TEST_F(Suspend, WithATimeOfNoMeaningIsEinval) {
  Transfer& pending = write('A');
  for (const long nanoseconds : {-1L, 1'000'000'000L}) {
    const timespec timeout{.tv_sec = 0, .tv_nsec = nanoseconds};
    EXPECT_EQ(suspend({&pending}, &timeout), -1);
    EXPECT_EQ(errno, EINVAL) << nanoseconds;
  }
}

TEST_F(Suspend, TakesTheLongestTimeThereIs) {
  Transfer& ends = write('A');
  const timespec timeout{.tv_sec = std::numeric_limits<time_t>::max(), .tv_nsec = 999'999'999};
  std::thread opener([this] { gate.open(); });
  EXPECT_EQ(suspend({&ends}, &timeout), 0);
  opener.join();
}

TEST_F(Suspend, InterruptedByASignalIsEintr) {
  Transfer& pending = write('A');
  const HandledSignal handled(SIGUSR1);
  const Pestering pestering(pthread_self(), SIGUSR1);
  EXPECT_EQ(suspend({&pending}), -1);
  EXPECT_EQ(errno, EINTR);
}

TEST_F(Suspend, GoesOnAfterAHandlerWithSaRestart) {
  if (kThreadSanitized) {
    GTEST_SKIP() << "it keeps signals back until the thread makes a call, and this one goes on";
  }
  Transfer& pending = write('A');
  const HandledSignal handled(SIGUSR1, SA_RESTART);
  const Pestering pestering(pthread_self(), SIGUSR1);
  std::thread opener([&] {
    while (handled.count() < 100) {
      std::this_thread::yield();
    }
    gate.open();
  });
  EXPECT_EQ(suspend({&pending}), 0);
  opener.join();
}

TEST_F(Suspend, InterruptedInATimedWaitIsEintr) {
  Transfer& pending = write('A');
  const HandledSignal handled(SIGUSR1, SA_RESTART);
  const Pestering pestering(pthread_self(), SIGUSR1);
  const timespec timeout{.tv_sec = 3600, .tv_nsec = 0};
  EXPECT_EQ(suspend({&pending}, &timeout), -1);
  EXPECT_EQ(errno, EINTR);
}

TEST_F(Suspend, AllWhoWaitForARequestWakeUp) {
  Transfer& awaited = write('A');
  std::atomic<int> waiting = 0;
  std::vector<std::thread> waiters;
  for (int i = 0; i < 80; ++i) {  // more than there are wait words
    waiters.emplace_back([&] {
      ++waiting;
      EXPECT_EQ(wait_for(awaited), 0);
    });
  }
  wait_until([&] { return waiting == 80; }, "all waiters");
  gate.open();
  for (std::thread& waiter : waiters) {
    waiter.join();
  }
}

TEST_F(Suspend, EachOfManyWaitersWakesUpForItsOwnRequest) {
  gate.open();
  std::vector<std::thread> waiters;
  for (int i = 0; i < 80; ++i) {
    waiters.emplace_back([this] {
      Transfer own = write_of(spare, "x");
      for (int round = 0; round < 100; ++round) {
        ASSERT_EQ(run_write(own), success(1));
      }
    });
  }
  for (std::thread& waiter : waiters) {
    waiter.join();
  }
}

std::ifstream file_of(pid_t thread, const std::string& name) {
  return std::ifstream("/proc/self/task/" + std::to_string(thread) + "/" + name);
}

// Off its processor, and not just about to be: the kernel waits for that before it answers.
bool sleeps_on_a_futex(pid_t thread) {
  long call = -1;
  file_of(thread, "syscall") >> call;
  return call == SYS_futex;
}

std::string voluntary_switches(pid_t thread) {
  std::ifstream status = file_of(thread, "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("voluntary_ctxt_switches")) {
      return line;
    }
  }
  return {};
}

// A thread that is woken for nothing shows it by a further voluntary switch.
TEST_F(Suspend, WakesUpOnlyWhomItConcerns) {
  Transfer& awaited = write('A');
  gate.wait_started(1);
  std::atomic<pid_t> waiter_id = 0;
  std::thread waiter([&] {
    waiter_id = gettid();
    EXPECT_EQ(wait_for(awaited), 0);
  });
  wait_until([&] { return waiter_id != 0 && sleeps_on_a_futex(waiter_id); }, "the waiter's sleep");
  std::string before = voluntary_switches(waiter_id);
  if (kSanitized) {
    before.clear();  // the sanitizer's own locks make it switch, too
  }
  for (int i = 0; i < 300; ++i) {
    Transfer& other = write('B');
    gate.let_go('B');
    wait_for(other);
  }
  if (!before.empty()) {
    EXPECT_EQ(voluntary_switches(waiter_id), before);
  }
  gate.let_go('A');
  waiter.join();
}

/// Runs `body` on a thread with a stack of 64 KiB, or as small as a sanitizer can do with.
template <typename Body>
void on_small_stack(Body body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{kSanitized ? 512 : 64} * 1024);
  pthread_t thread;
  ASSERT_EQ(pthread_create(
                &thread, &attributes,
                [](void* argument) -> void* {
                  (*static_cast<Body*>(argument))();
                  return nullptr;
                },
                &body),
            0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST_F(Suspend, TakesFourHundredThousandEntriesOnASmallStack) {
  Transfer& pending = write('A');
  Transfer& ends = write('B');
  std::vector<const aiocb*> list(400'000, &pending);
  list.back() = &ends;
  gate.wait_started(2);
  gate.let_go('B');
  on_small_stack([&] { EXPECT_EQ(suspend(list), 0); });
  EXPECT_EQ(aio_error(&ends), 0);
  EXPECT_EQ(aio_error(&pending), EINPROGRESS);
}

TEST_F(Suspend, SleepsOverFourHundredThousandEntriesOnASmallStack) {
  Transfer& pending = write('A');
  const std::vector<const aiocb*> list(400'000, &pending);
  const timespec timeout{.tv_sec = 0, .tv_nsec = 1'000'000};
  on_small_stack([&] {
    EXPECT_EQ(suspend(list, &timeout), -1);
    EXPECT_EQ(errno, EAGAIN);
  });
}

TEST_F(Suspend, ListsOfAHundredThousandEntriesRunOnASmallStack) {
  std::vector<aiocb*> list(100'000, nullptr);
  list.back() = &make_write('A');
  gate.open();
  on_small_stack([&] { EXPECT_EQ(list_io(LIO_WAIT, list), 0); });
  EXPECT_EQ(outcome_of(*list.back()), success(1));
}

}  // namespace
}  // namespace aiox::test
