// SPDX-License-Identifier: MIT
//
// A worker pool while a worker is being created: it may run before its creator goes on, or long
// after.
#include <atomic>
#include <thread>

#include "injection.h"
#include "pool_test.h"
#include "support/patience.h"

namespace aiox::test {
namespace {

using WorkerPoolCreation = WorkerPoolTest;

TEST_F(WorkerPoolCreation, AWorkerThatCreatesTheNextHasTakenNoRequestYet) {
  std::atomic<std::ptrdiff_t> queued = 0;
  const CreationWatch watch([&] {
    if (pool_thread()) {
      queued = bench.queue.size();
    }
  });
  bench.push(1, lane_of(0));
  bench.push(2, lane_of(0));
  EXPECT_TRUE(kick());
  wait_until([&] { return server.served() == 2; }, "the end of two requests");
  EXPECT_EQ(queued, 1) << "one of two is claimed";
}

TEST_F(WorkerPoolCreation, OneThatSleepsIsWokenWhileAnotherIsBeingCreated) {
  server.close();
  submit(1);
  server.wait_started(1);
  Baton may_submit, creates, may_create, sleeps;
  std::thread submitter([&] {
    may_submit.wait();
    submit(1);
  });
  const CreationWatch creation([&] {
    creates.pass();
    may_create.wait();
  });
  may_submit.pass();
  creates.wait();
  const FutexWatch sleep([&](bool wait, std::uint32_t expected) {
    if (wait && expected == 0 && pool_thread()) {
      sleeps.pass();
    }
  });
  server.open();
  sleeps.wait();
  bench.push(3, lane_of(0));
  EXPECT_TRUE(kick());
  wait_until([&] { return server.served() == 3; }, "the end of the third request");
  may_create.pass();
  submitter.join();
}

TEST_F(WorkerPoolCreation, SaysThatItIsHeldUpWhileTheCreationOfAWorkerTakesLong) {
  const CreationWatch watch(
      [&] { wait_until([&] { return pool->is_held_up(); }, "the creation to take long"); });
  EXPECT_FALSE(pool->is_held_up());
  bench.push(1, lane_of(0));
  EXPECT_TRUE(kick());
  EXPECT_FALSE(pool->is_held_up());
}

TEST_F(WorkerPoolCreation, AWorkerThatIsQuickerThanItsCreatorCreatesNoneAboveTheLimit) {
  set_limit(1);
  server.close();
  bench.push(1, lane_of(0));
  bench.push(2, lane_of(0));
  const CreationWatch watch([&] { server.wait_started(1); }, CreationWatch::Moment::kAfter);
  EXPECT_TRUE(kick());
  EXPECT_EQ(pool->workers(), 1U);
}

TEST_F(WorkerPoolCreation, AWorkerThatIsQuickerThanItsCreatorIsOneToRelyOn) {
  set_limit(1);
  std::atomic<bool> kicked = false;
  server.do_inside([&] {
    if (!kicked.exchange(true)) {  // as the engine does for the next one in a line
      bench.push(2, lane_of(0));
      EXPECT_TRUE(kick());
    }
  });
  const std::size_t before = threads_asked_for();
  const CreationWatch watch(
      [&] {
        if (!pool_thread()) {
          wait_until([&] { return server.served() == 2; }, "the end of both requests");
        }
      },
      CreationWatch::Moment::kAfter);
  bench.push(1, lane_of(0));
  EXPECT_TRUE(kick());
  EXPECT_EQ(threads_asked_for(), before + 1);
}

TEST_F(WorkerPoolCreation, ALowerLimitHoldsForOneThatIsQuickerThanItsCreator) {
  server.close();
  submit(1);
  server.wait_started(1);
  const CreationWatch watch(
      [&] {
        server.wait_started(2);
        server.open();
        set_limit(1);
        wait_until([&] { return pool->workers() == 1; }, "the leaving of the surplus");
      },
      CreationWatch::Moment::kAfter);
  submit(1);
}

}  // namespace
}  // namespace aiox::test
