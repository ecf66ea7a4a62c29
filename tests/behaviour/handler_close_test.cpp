// SPDX-License-Identifier: MIT
//
// close() in a handler that interrupts malloc() and fork(), whose locks a worker needs that creates
// another one, or a thread for a callback.
#include <aio.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <string>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

// A close that is held up does not end before the test's own time is over.
bool with_endless_closes() { return in_environment({{"AIOX_CLOSE_TIMEOUT_MS", "600000"}}); }

constexpr int kWrites = 6;
constexpr off_t kSpan = 512;

std::atomic<int> number_to_close{-1};

void close_it(const siginfo_t& /*info*/) {
  if (const int fildes = number_to_close.exchange(-1); fildes != -1) {
    ::close(fildes);
  }
}

/// Submits writes, of which some tell by callbacks with attributes, which take a new thread each;
/// has the descriptor closed by a handler while `interrupted` runs again and again; and looks for
/// the bytes.
class HandlerCloseTest : public testing::Test {
 protected:
  // One arena: whoever allocates needs the lock that the interrupted thread may hold.
  HandlerCloseTest() { ::mallopt(M_ARENA_MAX, 1); }

  template <typename Interrupted>
  void close_while(int rounds, const Interrupted& interrupted) {
    const HandledSignal handled(SIGUSR1, SA_RESTART, close_it);
    const Pestering pestering(pthread_self(), SIGUSR1);
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
      const std::string bytes(kSpan, static_cast<char>('a' + round % 26));
      const int fildes = ::dup(file_);
      std::deque<Transfer> writes;
      for (int i = 0; i < kWrites; ++i) {
        Transfer& made = writes.emplace_back(fildes, bytes, kSpan * i);
        if (i % 3 == 0) {
          made.aio_sigevent = callbacks_.event(&default_attributes());
        }
        ASSERT_EQ(aio_write(&made), 0);
      }
      number_to_close = fildes;
      while (number_to_close != -1) {
        interrupted();
      }
      for (Transfer& made : writes) {
        EXPECT_EQ(outcome_of(made), success(kSpan));
      }
      callbacks_.wait_for(static_cast<std::size_t>(round + 1) * kWrites / 3);
      EXPECT_EQ(file_.content().substr(0, kSpan * kWrites).find_first_not_of(bytes[0]),
                std::string::npos);
    }
  }

 private:
  TempFile file_;
  Callbacks callbacks_;
};

using HandlerClose = HandlerCloseTest;

TEST_F(HandlerClose, ThatInterruptsMallocIsNotHeldUp) {
  if (!with_endless_closes()) return;
  close_while(1'000, [] {
    for (std::size_t size = 2'000; size < 20'000; size += 1'500) {
      void* volatile block = std::malloc(size);
      std::free(block);
    }
  });
}

TEST_F(HandlerClose, ThatInterruptsForkIsNotHeldUp) {
  if (!with_endless_closes()) return;
  close_while(60, [] {
    const pid_t child = ::fork();
    if (child == 0) {
      ::_exit(0);
    }
    while (child > 0 && ::waitpid(child, nullptr, 0) == -1 && errno == EINTR) {
    }
  });
}

TEST_F(HandlerClose, ThatInterruptsTheCreationOfAThreadIsNotHeldUp) {
  if (!with_endless_closes()) return;
  close_while(300, [] {
    pthread_t thread;
    const auto nothing = [](void*) -> void* { return nullptr; };
    if (pthread_create(&thread, nullptr, nothing, nullptr) == 0) {
      pthread_join(thread, nullptr);
    }
  });
}

}  // namespace
}  // namespace aiox::test
