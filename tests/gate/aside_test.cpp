// SPDX-License-Identifier: MIT
//
// A worker that may wait for ever, as in the read of a terminal, stands aside of the others. Here
// the gate is what it waits for.
#include <aio.h>
#include <fcntl.h>

#include <cerrno>
#include <deque>
#include <string>

#include "gate_test.h"
#include "thread_creation.h"

namespace aiox::test {
namespace {

class Aside : public GateTest {
 protected:
  /// The read of a terminal that has something to read, held at the gate.
  Transfer& hold_a_terminal_read() {
    const std::size_t before = gate.started().size();
    Transfer& held = read('t', {.fildes = terminal.reader});
    write_all(terminal.writer, "x");
    gate.wait_started(before + 1);
    return held;
  }

  Ends terminal = make_pty();
  ThreadCreation threads;
};

TEST_F(Aside, ReadOfATerminalTakesNoPlaceOfTheLimit) {
  limit_workers(1);
  hold_a_terminal_read();
  write('A');
  gate.wait_started(2);
  EXPECT_EQ(worker_threads().size(), 2U);
  // (A worker is counted by its creator, who may be later than its start.)
  wait_until([] { return statistics().workers == 2; }, "two workers");
}

TEST_F(Aside, TheOthersKeepToTheLimit) {
  limit_workers(1);
  hold_a_terminal_read();
  write('A');
  gate.wait_started(2);
  write('B');
  gate.let_go('A');
  gate.wait_started(3);
  EXPECT_EQ(gate.started(), "tAB");
  EXPECT_EQ(worker_threads().size(), 2U);
}

TEST_F(Aside, WhoComesBackIsOneOfTheLimitAgain) {
  limit_workers(1);
  Transfer& held = hold_a_terminal_read();
  write('A');
  gate.wait_started(2);
  gate.let_go('t');
  EXPECT_EQ(finish(held), success(1));
  wait_until([] { return worker_threads().size() == 1; }, "the end of the surplus");
  write('B');
  gate.let_go('A');
  gate.wait_started(3);
  EXPECT_EQ(worker_threads().size(), 1U);
}

TEST_F(Aside, ReadOfATerminalIsInProgressAndCannotBeCanceled) {
  Transfer& held = hold_a_terminal_read();
  EXPECT_EQ(aio_error(&held), EINPROGRESS);
  EXPECT_EQ(aio_cancel(terminal.reader, &held), AIO_NOTCANCELED);
  gate.open();
  EXPECT_EQ(finish(held), success(1));
}

TEST_F(Aside, ReadBehindItIsCanceled) {
  hold_a_terminal_read();
  Transfer& behind = read('u', {.fildes = terminal.reader});
  EXPECT_EQ(aio_cancel(terminal.reader, &behind), AIO_CANCELED);
  EXPECT_EQ(outcome_of(behind), failure(ECANCELED));
}

TEST_F(Aside, IsNobodyWhoCouldServe) {
  limit_workers(1);
  hold_a_terminal_read();
  threads.refuse();
  Transfer& refused = make_write('A');
  EXPECT_EQ(aio_write(&refused), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(outcome_of(refused), failure(EAGAIN));
}

// A chain: each write to an O_APPEND file has its turn when the one before it is over.
TEST_F(Aside, WhatWasQueuedBehindItEndsWithEagainWhenNobodyElseCanServe) {
  constexpr std::size_t kWrites = 5000;
  const Descriptor appended = file.reopen(O_WRONLY | O_APPEND);
  hold_the_only_worker();
  read('t', {.fildes = terminal.reader});
  // The terminal's read is queued when the readiness thread has come and gone.
  wait_until([] { return !threads_named("aiox/readiness").empty(); }, "the readiness thread");
  write_all(terminal.writer, "x");
  wait_until([] { return threads_named("aiox/readiness").empty(); }, "the readiness thread's end");
  std::deque<Transfer*> behind;
  for (std::size_t i = 0; i < kWrites; ++i) {
    behind.push_back(&write('A', {.fildes = appended}));
  }
  threads.refuse();
  gate.let_go('.');
  for (Transfer* const each : behind) {
    EXPECT_EQ(finish(*each), failure(EAGAIN));
  }
  gate.wait_started(2);
  EXPECT_EQ(gate.started(), ".t");
}

TEST_F(Aside, WhatComesAfterItEndsWithEagainWhenNobodyCanListen) {
  Transfer& held = hold_a_terminal_read();
  Transfer& behind = read('u', {.fildes = terminal.reader});
  wait_until([] { return threads_named("aiox/readiness").empty(); }, "the readiness thread's end");
  threads.refuse();
  gate.let_go('t');
  EXPECT_EQ(finish(held), success(1));
  EXPECT_EQ(finish(behind), failure(EAGAIN));
  EXPECT_EQ(aio_cancel(terminal.reader, nullptr), AIO_ALLDONE);
  threads.allow();
  Transfer& next = read('v', {.fildes = terminal.reader});
  write_all(terminal.writer, "y");
  gate.open();
  EXPECT_EQ(finish(next), success(1));
}

TEST_F(Aside, AllThatComeAfterItEndWithEagainWhenNobodyCanListen) {
  Transfer& held = hold_a_terminal_read();
  Transfer* const behind[] = {&read('u', {.fildes = terminal.reader}),
                              &read('v', {.fildes = terminal.reader}),
                              &read('w', {.fildes = terminal.reader})};
  wait_until([] { return threads_named("aiox/readiness").empty(); }, "the readiness thread's end");
  threads.refuse();
  gate.let_go('t');
  EXPECT_EQ(finish(held), success(1));
  for (Transfer* const each : behind) {
    EXPECT_EQ(finish(*each), failure(EAGAIN));
  }
}

TEST_F(Aside, WriteThatHasBegunWhenNobodyCanListenEndsWithItsCount) {
  const Ends sockets = make_unix_sockets();
  threads.refuse();
  Transfer write = write_of(sockets.writer, std::string(std::size_t{8} << 20, 'x'));
  ASSERT_EQ(aio_write(&write), 0);
  const Outcome outcome = outcome_of(write);
  EXPECT_EQ(outcome.error, 0);
  EXPECT_GT(outcome.value, 0);
  EXPECT_EQ(read_exactly(sockets.reader, static_cast<std::size_t>(outcome.value)),
            std::string(static_cast<std::size_t>(outcome.value), 'x'));
}

TEST_F(Aside, ReadOfAPipeThatNobodyCanListenToIsEagainAtTheCall) {
  const Ends pipe = make_pipe();
  threads.refuse();
  Transfer& refused = make_read('p', {.fildes = pipe.reader});
  EXPECT_EQ(aio_read(&refused), -1);
  EXPECT_EQ(errno, EAGAIN);
  threads.allow();
  EXPECT_EQ(aio_read(&refused), 0);
  write_all(pipe.writer, "x");
  EXPECT_EQ(finish(refused), success(1));
}

}  // namespace
}  // namespace aiox::test
