// SPDX-License-Identifier: MIT
#include "sys/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "injection.h"
#include "support/patience.h"

namespace aiox::test {
namespace {

// Static TLS that takes more than the stack that a thread of the library gets for itself.
constexpr std::size_t kLarge = std::size_t{1} << 20;
thread_local volatile char large_tls[kLarge];

struct Seen {
  std::atomic<bool> done = false;
  char name[16] = "";
  sigset_t blocked{};
  bool tls_is_zero = false;
};

void* look_around(void* argument) {
  Seen& seen = *static_cast<Seen*>(argument);
  sys::name_thread("worker", 12);
  pthread_getname_np(pthread_self(), seen.name, sizeof seen.name);
  pthread_sigmask(SIG_SETMASK, nullptr, &seen.blocked);
  seen.tls_is_zero = large_tls[0] == 0 && large_tls[kLarge - 1] == 0;
  large_tls[kLarge / 2] = 1;
  char own_stack[20 * 1024];
  std::memset(own_stack, 1, sizeof own_stack);
  asm volatile("" : : "r"(own_stack) : "memory");
  seen.done = true;
  return nullptr;
}

class StartThread : public testing::Test {
 protected:
  static int start(Seen& seen) {
    const sys::SignalsBlocked proof;
    const int error = sys::start_thread(look_around, &seen, proof);
    if (error == 0) {
      wait_until([&] { return seen.done.load(); }, "the thread's end");
    }
    return error;
  }
};

TEST_F(StartThread, WorksWithAStaticTlsThatIsLargerThanItsStack) {
  Seen seen;
  EXPECT_EQ(start(seen), 0);
  EXPECT_TRUE(seen.tls_is_zero);
  EXPECT_GT(last_stack_size(), kLarge);
}

TEST_F(StartThread, TakesLittleBeyondTheStaticTls) {
  Seen seen;
  EXPECT_EQ(start(seen), 0);
  EXPECT_LT(last_stack_size(), kLarge + (kSanitized ? 1024 : 256) * 1024);
}

TEST_F(StartThread, RunsWithAllSignalsBlockedFromItsFirstInstructionOn) {
  Seen seen;
  EXPECT_EQ(start(seen), 0);
  for (const int signo : {SIGINT, SIGTERM, SIGUSR1, SIGALRM, SIGRTMIN, SIGRTMAX}) {
    EXPECT_EQ(sigismember(&seen.blocked, signo), 1) << signo;
  }
}

TEST_F(StartThread, SaysWhenThereCanBeNone) {
  const ThreadsFail fail;
  Seen seen;
  EXPECT_EQ(start(seen), EAGAIN);
}

TEST_F(StartThread, TriesLargerStacksWhereOneIsTooSmall) {
  const SmallStacksFail fail(4 * kLarge);
  Seen seen;
  EXPECT_EQ(start(seen), 0);
  EXPECT_GE(last_stack_size(), 4 * kLarge);
}

TEST_F(StartThread, GivesUpWhereNoSizeWillDo) {
  const SmallStacksFail fail(std::size_t{1} << 40);
  Seen seen;
  EXPECT_EQ(start(seen), EINVAL);
}

TEST(NameThread, HasTheRoleAndTheNumber) {
  char before[16];
  char name[16];
  pthread_getname_np(pthread_self(), before, sizeof before);
  sys::name_thread("callback");
  pthread_getname_np(pthread_self(), name, sizeof name);
  EXPECT_STREQ(name, "aiox/callback");
  sys::name_thread("worker", 1'023);
  pthread_getname_np(pthread_self(), name, sizeof name);
  EXPECT_EQ(std::string(name), std::string("aiox/worker-1023").substr(0, 15));
  pthread_setname_np(pthread_self(), before);
}

}  // namespace
}  // namespace aiox::test
