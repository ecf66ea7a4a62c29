// SPDX-License-Identifier: MIT
//
// The worker threads: when they come and go, how many there are, and how they look from outside.
#include <aio.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "gate_test.h"

namespace aiox::test {
namespace {

class Workers : public GateTest {
 protected:
  /// Submits reads of one descriptor, held at the gate, and waits until all are inside.
  void fill_gate(std::size_t count) {
    const std::size_t before = gate.started().size();
    for (std::size_t i = 0; i < count; ++i) {
      read('r', {.fildes = spare});
    }
    gate.wait_started(before + count);
  }

  /// Lets all requests end.
  void drain_gate() {
    gate.open();
    wait_for_all();
    gate.close();
  }
};

TEST_F(Workers, NoneIsThereBeforeTheFirstRequest) {
  limit_workers(8);
  const Transfer unused = read_of(spare, 1);
  EXPECT_EQ(aio_error(&unused), 0);
  EXPECT_EQ(aio_cancel(spare, nullptr), AIO_ALLDONE);
  EXPECT_EQ(suspend_on(unused, 0), 0);
  EXPECT_TRUE(library_threads().empty());
  EXPECT_EQ(statistics().workers, 0U);
}

TEST_F(Workers, RefusedRequestBringsNoThread) {
  Transfer refused = read_of(closed_descriptor(), 1);
  EXPECT_EQ(aio_read(&refused), -1);
  EXPECT_TRUE(library_threads().empty());
}

// glibc: one at a time.
TEST_F(Workers, RequestsOfOneDescriptorRunAtTheSameTime) {
  fill_gate(32);
  EXPECT_EQ(gate.most_inside(), 32U);
}

TEST_F(Workers, WritesOfOneDescriptorRunAtTheSameTime) {
  for (int i = 0; i < 16; ++i) {
    write(static_cast<char>('A' + i));
  }
  gate.wait_started(16);
}

TEST_F(Workers, WriteOnASocketIsNotHeldUpByAPendingRead) {
  gate.open();
  const Ends sockets = make_unix_sockets();
  Transfer& pending = read('r', {.fildes = sockets.writer});
  Transfer& answer = write('A', {.fildes = sockets.writer});
  EXPECT_EQ(finish(answer), success(1));
  EXPECT_EQ(read_exactly(sockets.reader, 1), "A");
  write_all(sockets.reader, "B");
  EXPECT_EQ(finish(pending), success(1));
}

TEST_F(Workers, AreNoMoreThanAioThreads) {
  limit_workers(3);
  for (int i = 0; i < 30; ++i) {
    read('r', {.fildes = spare});
  }
  gate.wait_started(3);
  EXPECT_LE(worker_threads().size(), 3U);
  drain_gate();
  EXPECT_EQ(gate.most_inside(), 3U);
}

TEST_F(Workers, AreSixtyFourAtMostWithoutAWish) {
  for (int i = 0; i < 80; ++i) {
    read('r', {.fildes = spare});
  }
  gate.wait_started(64);
  EXPECT_LE(worker_threads().size(), 64U);
  drain_gate();
  EXPECT_EQ(gate.most_inside(), 64U);
}

TEST_F(Workers, AreLimitedByTheEnvironmentBeforeTheProgram) {
  if (!in_environment({{"AIOX_MAX_WORKERS", "2"}})) {
    return;
  }
  limit_workers(16);
  for (int i = 0; i < 20; ++i) {
    read('r', {.fildes = spare});
  }
  gate.wait_started(2);
  drain_gate();
  EXPECT_EQ(gate.most_inside(), 2U);
}

TEST_F(Workers, AreNotLimitedByAnEnvironmentThatMakesNoSense) {
  if (!in_environment({{"AIOX_MAX_WORKERS", "0"}})) {
    return;
  }
  limit_workers(5);
  fill_gate(5);
}

TEST_F(Workers, AreNotLimitedByAioNum) {
  aioinit wishes{};
  wishes.aio_threads = 12;
  wishes.aio_num = 1;
  aio_init(&wishes);
  fill_gate(12);
}

TEST_F(Workers, RaisedLimitHoldsForTheNextRequest) {
  limit_workers(1);
  fill_gate(1);
  limit_workers(4);
  fill_gate(3);
  EXPECT_EQ(gate.most_inside(), 4U);
}

TEST_F(Workers, RaisedLimitServesWhatIsQueuedAlready) {
  hold_the_only_worker();
  write('A');
  write('B');
  limit_workers(3);
  gate.wait_started(3);
}

TEST_F(Workers, LoweredLimitHoldsForTheNextRequests) {
  limit_workers(4, 3600);
  fill_gate(4);
  drain_gate();
  limit_workers(2, 3600);
  wait_until([] { return statistics().workers == 2; }, "the surplus workers' leave");
  std::vector<Transfer*> next;
  for (int i = 0; i < 8; ++i) {
    next.push_back(&read('r', {.fildes = spare}));
  }
  gate.wait_started(4 + 2);
  for (std::size_t ended = 1; ended <= next.size(); ++ended) {
    gate.let_through();
    wait_until([ended] { return statistics().read.completed == 4 + ended; }, "the next read");
    EXPECT_LE(gate.started().size(), 4 + std::min<std::size_t>(8, ended + 2));
  }
}

TEST_F(Workers, LoweredLimitSendsTheSurplusAway) {
  limit_workers(6, 3600);
  fill_gate(6);
  limit_workers(2, 3600);
  drain_gate();
  wait_until([] { return worker_threads().size() <= 2; }, "the surplus workers' leave");
}

TEST_F(Workers, LoweredLimitSendsTheSleepingSurplusAway) {
  limit_workers(6, 3600);
  fill_gate(6);
  drain_gate();
  limit_workers(2, 3600);
  wait_until([] { return worker_threads().size() <= 2; }, "the surplus workers' leave");
}

TEST_F(Workers, LeaveWhenTheyAreIdle) {
  if (!in_environment({{"AIOX_IDLE_MS", "1"}})) {
    return;
  }
  fill_gate(5);
  drain_gate();
  wait_until([] { return library_threads().empty() && statistics().workers == 0; },
             "the idle workers' leave");
  fill_gate(5);
}

TEST_F(Workers, LeaveAfterTheIdleTimeOfAioInit) {
  limit_workers(4, 1);
  fill_gate(2);
  drain_gate();
  wait_until([] { return library_threads().empty(); }, "the idle workers' leave");
}

TEST_F(Workers, StayForTheIdleTime) {
  limit_workers(3, 3600);
  fill_gate(3);
  const auto before = worker_threads();
  drain_gate();
  for (int i = 0; i < 200; ++i) {
    gate.open();
    wait_for(read('r', {.fildes = spare}));
  }
  EXPECT_EQ(worker_threads().size(), before.size());
  EXPECT_EQ(statistics().workers, before.size());
}

TEST_F(Workers, ShortenedIdleTimeHoldsForThoseThatSleep) {
  limit_workers(4, 3600);
  fill_gate(2);
  drain_gate();
  limit_workers(4, 1);
  wait_until([] { return library_threads().empty(); }, "the idle workers' leave");
}

TEST_F(Workers, IdleTimeZeroOfAioInitLeavesTheIdleTimeAlone) {
  limit_workers(4, 3600);
  limit_workers(4, 0);
  fill_gate(2);
  drain_gate();
  EXPECT_EQ(worker_threads().size(), 2U);
}

TEST_F(Workers, AreNamedAndNumbered) {
  fill_gate(3);
  std::set<std::string> names;
  for (const ThreadInfo& worker : worker_threads()) {
    names.insert(worker.name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"aiox/worker-0", "aiox/worker-1", "aiox/worker-2"}));
}

TEST_F(Workers, HaveAllSignalsBlocked) {
  fill_gate(3);
  const auto workers = worker_threads();
  ASSERT_EQ(workers.size(), 3U);
  for (const ThreadInfo& worker : workers) {
    for (int signo = 1; signo <= SIGRTMAX; ++signo) {
      const bool cannot_be = signo == SIGKILL || signo == SIGSTOP;
      const bool is_of_libc = signo >= 32 && signo < SIGRTMIN;
      const bool blocked = (worker.blocked_signals >> (signo - 1) & 1) != 0;
      EXPECT_TRUE(blocked || cannot_be || is_of_libc) << worker.name << " signal " << signo;
    }
  }
}

TEST_F(Workers, AreOnlyAsManyAsTheRequestsNeed) {
  for (std::size_t count = 1; count <= 20; ++count) {
    fill_gate(1);
    EXPECT_EQ(worker_threads().size(), count);
  }
}

}  // namespace
}  // namespace aiox::test
