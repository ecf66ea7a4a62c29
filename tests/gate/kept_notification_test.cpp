// SPDX-License-Identifier: MIT
//
// Notifications that could not be made, while all workers are stuck and the program calls nothing.
#include <aio.h>

#include <atomic>
#include <cerrno>

#include "gate_test.h"
#include "thread_creation.h"

namespace aiox::test {
namespace {

class KeptNotification : public GateTest {
 protected:
  /// A request that is over, with this notification, though the only worker is stuck.
  void cancel_one(char name, const sigevent& event) {
    Transfer& queued = write(name, {.event = event});
    EXPECT_EQ(aio_cancel(file, &queued), AIO_CANCELED);
    EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
  }

  ThreadCreation threads;
};

TEST_F(KeptNotification, OfSignalsComesInOrderWhenThereIsRoomThoughNobodyCalls) {
  PendingSignal signal(SIGRTMIN);
  hold_the_only_worker();
  Limit limit(RLIMIT_SIGPENDING, 0);
  for (int i = 0; i < 20; ++i) {
    cancel_one(static_cast<char>('A' + i), signal_event(SIGRTMIN, i));
  }
  EXPECT_FALSE(signal.is_pending());
  limit.lift();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(signal.take().si_value.sival_int, i);
  }
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(KeptNotification, OfCallbacksComesWhenThereCanBeAThreadThoughNobodyCalls) {
  PendingSignal signal(SIGRTMIN);
  Callbacks callbacks;
  hold_the_only_worker();
  Limit limit(RLIMIT_SIGPENDING, 0);
  cancel_one('A', signal_event(SIGRTMIN));
  wait_until([] { return !threads_named("aiox/notifier").empty(); }, "the notifier's thread");
  threads.refuse();
  cancel_one('B', callbacks.event());
  cancel_one('C', callbacks.event());
  EXPECT_EQ(callbacks.count(), 0U);
  threads.allow();
  callbacks.wait_for(2);
  limit.lift();
  signal.take();
}

TEST_F(KeptNotification, OfCallbacksIsRunByTheCallbackThreadThatComesBack) {
  std::atomic<bool> go_on = false;
  std::atomic<bool> inside = false;
  Callbacks held([&] {
    inside = true;
    wait_until([&] { return go_on.load(); }, "permission to go on");
  });
  Callbacks others;
  hold_the_only_worker();
  cancel_one('A', held.event());
  wait_until([&] { return inside.load(); }, "the callback");
  threads.refuse();
  for (char name = 'B'; name < 'K'; ++name) {
    cancel_one(name, others.event());
  }
  EXPECT_EQ(others.count(), 0U);
  go_on = true;
  others.wait_for(9);
}

TEST_F(KeptNotification, LeavesNoThreadWhenNothingIsOwed) {
  PendingSignal signal(SIGRTMIN);
  hold_the_only_worker();
  Limit limit(RLIMIT_SIGPENDING, 0);
  cancel_one('A', signal_event(SIGRTMIN));
  wait_until([] { return !threads_named("aiox/notifier").empty(); }, "the notifier's thread");
  limit.lift();
  signal.take();
  wait_until([] { return threads_named("aiox/notifier").empty(); }, "the thread's end");
}

}  // namespace
}  // namespace aiox::test
