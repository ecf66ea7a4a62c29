// SPDX-License-Identifier: MIT
//
// Completions told by SIGEV_THREAD, and what the function that it calls may do.
#include <aio.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <set>
#include <thread>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

class Callback : public testing::Test {
 protected:
  /// Writes once; `body` runs in the callback.
  void write_and_call(const std::function<void()>& body, pthread_attr_t* attributes = nullptr) {
    Callbacks callbacks(body);
    write.aio_sigevent = callbacks.event(attributes);
    ASSERT_EQ(aio_write(&write), 0);
    callbacks.wait_for(1);
    EXPECT_EQ(callbacks.count(), 1U);
  }

  TempFile file;
  Transfer write{file, "told", 0};
};

TEST_F(Callback, RunsOnAThreadOfItsOwn) {
  std::thread::id callback_thread;
  write_and_call([&] { callback_thread = std::this_thread::get_id(); });
  EXPECT_NE(callback_thread, std::thread::id());
  EXPECT_NE(callback_thread, std::this_thread::get_id());
}

TEST_F(Callback, GetsItsValue) {
  static std::atomic<int> received{0};
  write.aio_sigevent =
      thread_event([](sigval value) { received = value.sival_int; }, sigval{.sival_int = 4711});
  ASSERT_EQ(aio_write(&write), 0);
  wait_until([] { return received != 0; }, "the callback");
  EXPECT_EQ(received, 4711);
}

TEST_F(Callback, SeesTheFinalStatusAndMayRetrieveIt) {
  Outcome outcome{};
  write_and_call([&] { outcome = outcome_of(write); });
  EXPECT_EQ(outcome, success(4));
  EXPECT_EQ(aio_return(&write), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST_F(Callback, ComesForAFailedRequest) {
  const Descriptor full = open_path("/dev/full", 1);
  write.aio_fildes = full;
  Outcome outcome{};
  write_and_call([&] { outcome = outcome_of(write); });
  EXPECT_EQ(outcome, failure(ENOSPC));
}

TEST_F(Callback, MaySubmitTheSameAiocbAgain) {
  std::atomic<int> rounds = 0;
  Callbacks callbacks([&] {
    if (++rounds < 50) {
      EXPECT_EQ(outcome_of(write), success(4));
      EXPECT_EQ(aio_write(&write), 0);
    }
  });
  write.aio_sigevent = callbacks.event();
  ASSERT_EQ(aio_write(&write), 0);
  callbacks.wait_for(50);
  EXPECT_EQ(outcome_of(write), success(4));
}

TEST_F(Callback, MayWaitForOtherRequests) {
  const TempFile other("other");
  Outcome outcome{};
  write_and_call([&] { outcome = read_in_passing(other, 5); });
  EXPECT_EQ(outcome, success(5));
}

TEST_F(Callback, MayWaitForAnotherCallback) {
  Callbacks inner;
  Transfer second = write_of(file, "second");
  second.aio_sigevent = inner.event();
  write_and_call([&] {
    EXPECT_EQ(aio_write(&second), 0);
    inner.wait_for(1);
  });
  EXPECT_EQ(outcome_of(second), success(6));
}

TEST_F(Callback, MayCloseTheDescriptor) {
  Ends pipe = make_pipe();
  write.aio_fildes = pipe.writer;
  write_and_call([&] { pipe.writer.close(); });
  EXPECT_EQ(read_to_end(pipe.reader), "told");
}

TEST_F(Callback, ThatBlocksHoldsUpNoOther) {
  std::atomic<bool> go_on = false;
  Callbacks blocked([&] { wait_until([&] { return go_on.load(); }, "permission to go on"); });
  write.aio_sigevent = blocked.event();
  ASSERT_EQ(aio_write(&write), 0);
  Callbacks others;
  for (std::size_t i = 1; i <= 100; ++i) {
    Transfer second = write_of(file, "second");
    second.aio_sigevent = others.event();
    ASSERT_EQ(aio_write(&second), 0);
    others.wait_for(i);
  }
  EXPECT_EQ(blocked.count(), 0U);
  go_on = true;
  blocked.wait_for(1);
}

TEST_F(Callback, MayEndItsThreadByPthreadExit) {
  struct OnStack {
    explicit OnStack(std::atomic<bool>& flag) : unwound(flag) {}
    ~OnStack() { unwound = true; }
    OnStack(const OnStack&) = delete;
    OnStack& operator=(const OnStack&) = delete;
    std::atomic<bool>& unwound;
  };
  static std::atomic<bool> unwound{false};
  write.aio_sigevent = thread_event(
      [](sigval) {
        const OnStack frame(unwound);
        pthread_exit(nullptr);
      },
      sigval{});
  ASSERT_EQ(aio_write(&write), 0);
  wait_until([] { return unwound.load(); }, "the unwinding of the callback");
  EXPECT_EQ(finish(write), success(4));
  write_and_call([] {});
}

TEST_F(Callback, HasTheStackOfItsAttributes) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  constexpr std::size_t kStack = std::size_t{3} * 1024 * 1024;
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  std::size_t stack = 0;
  write_and_call(
      [&] {
        pthread_attr_t mine;
        pthread_getattr_np(pthread_self(), &mine);
        pthread_attr_getstacksize(&mine, &stack);
        pthread_attr_destroy(&mine);
      },
      &attributes);
  pthread_attr_destroy(&attributes);
  EXPECT_EQ(stack, kStack);
}

TEST_F(Callback, RunsOnTheStackOfItsAttributes) {
  constexpr std::size_t kStack = std::size_t{1024} * 1024;
  static char* area = static_cast<char*>(std::aligned_alloc(4096, kStack));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, area, kStack);
  static std::atomic<std::uintptr_t> place{0};
  static pthread_t thread;
  write.aio_sigevent = thread_event(
      [](sigval) {
        const char local = 0;
        thread = pthread_self();
        place = reinterpret_cast<std::uintptr_t>(&local);
      },
      sigval{}, &attributes);
  ASSERT_EQ(aio_write(&write), 0);
  wait_until([] { return place != 0; }, "the callback");
  pthread_join(thread, nullptr);  // joinable, as the attributes say
  pthread_attr_destroy(&attributes);
  if (!kSanitized) {
    const auto start = reinterpret_cast<std::uintptr_t>(area);
    EXPECT_GE(place, start);
    EXPECT_LT(place, start + kStack);
  }
  EXPECT_EQ(finish(write), success(4));
}

TEST_F(Callback, IsDetachedWithoutAttributes) {
  int detach_state = -1;
  write_and_call([&] {
    pthread_attr_t mine;
    pthread_getattr_np(pthread_self(), &mine);
    pthread_attr_getdetachstate(&mine, &detach_state);
    pthread_attr_destroy(&mine);
  });
  EXPECT_EQ(detach_state, PTHREAD_CREATE_DETACHED);
}

TEST_F(Callback, HasSignalsBlockedSoThatTheProgramsOwnThreadsGetThem) {
  sigset_t blocked;
  sigemptyset(&blocked);
  write_and_call([&] { pthread_sigmask(SIG_SETMASK, nullptr, &blocked); });
  for (const int signo : {SIGINT, SIGTERM, SIGUSR1, SIGALRM, SIGRTMIN}) {
    EXPECT_EQ(sigismember(&blocked, signo), 1) << signo;
  }
}

TEST_F(Callback, ThousandInARowUseFewThreads) {
  limit_workers(64, 3600);  // so that none leaves meanwhile
  std::set<pid_t> threads;
  for (int i = 0; i < 1000; ++i) {
    write_and_call([&] { threads.insert(gettid()); });
  }
  EXPECT_LE(threads.size(), 20U);
}

TEST_F(Callback, StartsOnAThreadAsGoodAsNewWhateverTheLastOneDidToIt) {
  for (int i = 0; i < 100; ++i) {
    sigset_t mask;
    char name[16] = "";
    int state = -1;
    int type = -1;
    write_and_call([&] {
      sigset_t none;
      sigemptyset(&none);
      pthread_sigmask(SIG_SETMASK, &none, &mask);
      pthread_getname_np(pthread_self(), name, sizeof name);
      pthread_setname_np(pthread_self(), "spoiled");
      pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
      pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
    });
    ASSERT_EQ(sigismember(&mask, SIGTERM), 1);
    ASSERT_EQ(sigismember(&mask, SIGRTMAX), 1);
    ASSERT_STREQ(name, "aiox/callback");
    ASSERT_EQ(state, PTHREAD_CANCEL_ENABLE);
    ASSERT_EQ(type, PTHREAD_CANCEL_DEFERRED);
  }
}

TEST_F(Callback, ThatLeavesThreadSpecificDataHasItDestroyedAndNoOtherFindsIt) {
  static std::atomic<int> destroyed{0};
  pthread_key_t key{};
  ASSERT_EQ(pthread_key_create(&key, [](void*) { ++destroyed; }), 0);
  destroyed = 0;
  for (int i = 0; i < 100; ++i) {
    void* found = nullptr;
    write_and_call([&] {
      found = pthread_getspecific(key);
      pthread_setspecific(key, this);
    });
    ASSERT_EQ(found, nullptr);
  }
  wait_until([] { return destroyed == 100; }, "the destructors");
  pthread_key_delete(key);
}

TEST_F(Callback, WithAttributesHasAThreadThatNoOtherUses) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  static std::atomic<bool> called{false};
  static pthread_t thread;
  pid_t cached = 0;
  static std::atomic<pid_t> own{0};
  write_and_call([&] { cached = gettid(); });
  write.aio_sigevent = thread_event(
      [](sigval) {
        thread = pthread_self();
        own = gettid();
        called = true;
      },
      sigval{}, &attributes);
  ASSERT_EQ(aio_write(&write), 0);
  wait_until([] { return called.load(); }, "the callback");
  EXPECT_NE(own, cached);
  EXPECT_EQ(pthread_join(thread, nullptr), 0) << "joinable, and over";
  pthread_attr_destroy(&attributes);
}

TEST_F(Callback, ThatIsCanceledHarmsNoOther) {
  static std::atomic<bool> inside{false};
  static pthread_t thread;
  for (int i = 0; i < 20; ++i) {
    inside = false;
    write.aio_sigevent = thread_event(
        [](sigval) {
          thread = pthread_self();
          inside = true;
          for (;;) {
            pause();
          }
        },
        sigval{});
    ASSERT_EQ(aio_write(&write), 0);
    wait_until([] { return inside.load(); }, "the callback");
    pthread_cancel(thread);
    EXPECT_EQ(finish(write), success(4));
    write_and_call([] { pthread_testcancel(); });
  }
}

TEST_F(Callback, ThatAreManyAndEndTheirThreadsHarmNoOther) {
  static std::atomic<int> calls{0};
  constexpr int kMany = 200;
  std::deque<Transfer> writes;
  for (int i = 0; i < kMany; ++i) {
    Transfer& one = writes.emplace_back(file, "many", 0);
    one.aio_sigevent = thread_event(
        [](sigval) {
          ++calls;
          pthread_exit(nullptr);
        },
        sigval{});
    ASSERT_EQ(aio_write(&one), 0);
    write_and_call([] {});
  }
  wait_until([] { return calls == kMany; }, "all callbacks");
  for (Transfer& one : writes) {
    EXPECT_EQ(finish(one), success(4));
  }
}

TEST_F(Callback, MayForkAChildThatUsesAio) {
  if (kSanitized) {
    GTEST_SKIP() << "the sanitizers' threads do not survive a fork";
  }
  int status = -1;
  write_and_call([&] {
    const pid_t child = fork();
    if (child == 0) {
      Transfer own = write_of(file, "child");
      _exit(aio_write(&own) == 0 && finish(own) == success(5) ? 0 : 1);
    }
    waitpid(child, &status, 0);
  });
  EXPECT_EQ(status, 0);
}

TEST_F(Callback, ThreadEndsAfterwards) {
  for (int i = 0; i < 200; ++i) {
    write_and_call([] {});
  }
  wait_until([] { return threads_named("aiox/callback").empty(); }, "the callback threads' end");
}

}  // namespace
}  // namespace aiox::test
