// SPDX-License-Identifier: MIT
//
// SIGEV_THREAD: in which thread the function is called.
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <functional>
#include <utility>

#include "injection.h"
#include "sigevent_notifier_test.h"

namespace aiox::test {
namespace {

TEST_F(SigeventNotifierTest, ACallbackRunsInADetachedThreadWithSignalsBlocked) {
  int detached = -1;
  sigset_t blocked{};
  char name[16] = "";
  const pthread_t self = pthread_self();
  bool own_thread = false;
  call_back([&] {
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getdetachstate(&attributes, &detached);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    pthread_getname_np(pthread_self(), name, sizeof name);
    own_thread = pthread_equal(self, pthread_self()) == 0;
  });
  EXPECT_EQ(detached, PTHREAD_CREATE_DETACHED);
  EXPECT_EQ(sigismember(&blocked, SIGTERM), 1);
  EXPECT_STREQ(name, "aiox/callback");
  EXPECT_TRUE(own_thread);
}

TEST_F(SigeventNotifierTest, ACallbackGetsTheAttributesThatWereGiven) {
  constexpr std::size_t kStack = std::size_t{3} << 20;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  call_back([] {}, &attributes);
  EXPECT_EQ(last_stack_size(), kStack);
  pthread_attr_destroy(&attributes);
}

TEST_F(SigeventNotifierTest, ACallbackWithAttributesHasAThreadOfItsOwn) {
  static thread_local bool is_used = false;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  call_back([] { is_used = true; });
  for (int i = 0; i < 5; ++i) {
    bool was_used = true;
    call_back([&] { was_used = std::exchange(is_used, true); }, &attributes);
    EXPECT_FALSE(was_used);
  }
  pthread_attr_destroy(&attributes);
}

TEST_F(SigeventNotifierTest, AttributesThatCannotBeHadDoNotCostTheNotification) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{1} << 20);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  const SmallStacksFail fail(std::size_t{2} << 20);
  call_back([] {}, &attributes);
  pthread_attr_destroy(&attributes);
}

TEST_F(SigeventNotifierTest, ACallbackMayEndItsThread) {
  std::atomic<int> calls = 0;
  std::function<void()> leave = [&] {
    calls++;
    pthread_exit(nullptr);
  };
  sigevent calling = callback_event();
  calling.sigev_value.sival_ptr = &leave;
  deliver(calling);
  wait_until([&] { return calls == 1; }, "the callback");
  call_back([] {});
}

}  // namespace
}  // namespace aiox::test
