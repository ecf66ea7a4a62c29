// SPDX-License-Identifier: MIT
//
// The cancellation of a thread that is in aio_suspend().
#include <aio.h>
#include <pthread.h>

#include <atomic>
#include <thread>

#include "gate_test.h"

namespace aiox::test {
namespace {

/// Suspends itself on a request until it is cancelled.
class Victim {
 public:
  explicit Victim(const aiocb& awaited) : awaited_(awaited) {
    pthread_create(&thread_, nullptr, run, this);
  }

  void cancel() const { pthread_cancel(thread_); }

  /// What the thread returned.
  void* join() {
    void* result = nullptr;
    pthread_join(thread_, &result);
    return result;
  }

  bool is_unwound() const { return unwound_; }
  void wait_until_there() const {
    wait_until([this] { return there_.load(); }, "the thread to be cancelled");
  }

 private:
  struct Frame {
    explicit Frame(std::atomic<bool>& unwound_flag) : unwound(unwound_flag) {}
    ~Frame() { unwound = true; }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    std::atomic<bool>& unwound;
  };

  static void* run(void* argument) {
    auto& self = *static_cast<Victim*>(argument);
    const Frame frame(self.unwound_);
    self.there_ = true;
    const aiocb* const list[] = {&self.awaited_};
    aio_suspend(list, 1, nullptr);
    return nullptr;
  }

  const aiocb& awaited_;
  pthread_t thread_{};
  std::atomic<bool> there_ = false;
  std::atomic<bool> unwound_ = false;
};

using ThreadCancellation = GateTest;

TEST_F(ThreadCancellation, EndsAioSuspendAndUnwindsItsCaller) {
  Victim victim(write('A'));
  victim.wait_until_there();
  victim.cancel();
  EXPECT_EQ(victim.join(), PTHREAD_CANCELED);
  EXPECT_TRUE(victim.is_unwound());
}

TEST_F(ThreadCancellation, ThatIsPendingAtTheCallEndsItThoughTheRequestIsComplete) {
  struct Pending {
    static void* run(void* block) {
      pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
      pthread_cancel(pthread_self());
      pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
      const aiocb* const list[] = {static_cast<const aiocb*>(block)};
      aio_suspend(list, 1, nullptr);
      return nullptr;
    }
  };
  gate.open();
  Transfer& complete = write('A');
  wait_for(complete);
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, Pending::run, static_cast<aiocb*>(&complete)), 0);
  void* result = nullptr;
  pthread_join(thread, &result);
  EXPECT_EQ(result, PTHREAD_CANCELED);
}

TEST_F(ThreadCancellation, LeavesTheRequestAndTheLibraryAsTheyWere) {
  Transfer& awaited = write('A');
  for (int i = 0; i < 20; ++i) {
    Victim victim(awaited);
    if (i % 2 == 0) {
      victim.wait_until_there();
    }
    victim.cancel();
    ASSERT_EQ(victim.join(), PTHREAD_CANCELED);
  }
  EXPECT_EQ(aio_error(&awaited), EINPROGRESS);
  Victim other(awaited);
  gate.open();
  EXPECT_EQ(other.join(), nullptr);
  EXPECT_EQ(finish(awaited), success(1));
  EXPECT_EQ(finish(write('B')), success(1));
}

struct ListCaller {
  aiocb* block;
  int result;

  static void* run(void* argument) {
    auto& self = *static_cast<ListCaller*>(argument);
    self.result = lio_listio(LIO_WAIT, &self.block, 1, nullptr);
    pthread_testcancel();
    return nullptr;
  }
};

TEST_F(ThreadCancellation, LetsLioListioReturnFirst) {
  ListCaller caller{.block = &make_write('A'), .result = -2};
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, ListCaller::run, &caller), 0);
  gate.wait_started(1);
  pthread_cancel(thread);
  gate.open();
  void* result = nullptr;
  pthread_join(thread, &result);
  EXPECT_EQ(result, PTHREAD_CANCELED);
  EXPECT_EQ(caller.result, 0);
}

TEST_F(ThreadCancellation, AgainstCompletionNeitherHangsNorHarms) {
  for (int i = 0; i < 200; ++i) {
    gate.close();
    Transfer& awaited = write('A');
    Victim victim(awaited);
    std::thread opener([this] { gate.open(); });
    victim.cancel();
    victim.join();
    opener.join();
    ASSERT_EQ(finish(awaited), success(1));
  }
}

}  // namespace
}  // namespace aiox::test
