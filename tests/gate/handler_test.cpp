// SPDX-License-Identifier: MIT
//
// aio_error(), aio_return() and aio_suspend() in signal handlers, on top of the library's own code.
#include <aio.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "gate_test.h"

namespace aiox::test {
namespace {

using Handler = GateTest;

std::atomic<aiocb*> block_of_handler{nullptr};
std::atomic<int> error_in_handler{-2};
std::atomic<ssize_t> value_in_handler{-2};

void retrieve(const siginfo_t& /*info*/) {
  aiocb* const block = block_of_handler.load();
  const aiocb* const list[] = {block};
  if (aio_suspend(list, 1, nullptr) == 0) {
    error_in_handler = aio_error(block);
    value_in_handler = aio_return(block);
  }
}

TEST_F(Handler, OfTheNotificationSeesTheFinalStatusAndRetrievesIt) {
  const HandledSignal handled(SIGUSR1, 0, retrieve);
  Transfer& awaited = make_write('A', {.event = signal_event(SIGUSR1)});
  block_of_handler = &awaited;
  ASSERT_EQ(aio_write(&awaited), 0);
  gate.open();
  wait_until([&] { return handled.count() == 1; }, "the handler");
  EXPECT_EQ(error_in_handler, 0);
  EXPECT_EQ(value_in_handler, 1);
  EXPECT_EQ(aio_return(&awaited), -1);
  EXPECT_EQ(errno, EINVAL);
}

void look(const siginfo_t& /*info*/) {
  aiocb* const block = block_of_handler.load();
  const aiocb* const list[] = {block};
  const timespec no_time{};
  error_in_handler = aio_error(block);
  if (aio_suspend(list, 1, &no_time) == -1 && errno != EAGAIN && errno != EINTR) {
    error_in_handler = -3;
  }
}

// glibc: deadlock, as its calls take a mutex that the interrupted thread may hold.
TEST_F(Handler, ThatInterruptsTheLibraryAnywhereDoesNotDeadlock) {
  Transfer& pending = write('.');
  gate.wait_started(1);
  block_of_handler = &pending;
  const HandledSignal handled(SIGUSR1, SA_RESTART, look);
  const Pestering pestering(pthread_self(), SIGUSR1);
  const TempFile other;
  Transfer busy = write_of(other, "x");
  gate.let_go('x');
  for (int i = 0; i < 3'000 || handled.count() < 100; ++i) {
    ASSERT_EQ(aio_write(&busy), 0);
    aio_cancel(other, &busy);
    aio_error(&busy);
    wait_for(busy);
  }
  EXPECT_EQ(error_in_handler, EINPROGRESS);
}

void suspend_on_another(const siginfo_t& /*info*/) {
  const aiocb* const list[] = {block_of_handler.load()};
  while (aio_suspend(list, 1, nullptr) != 0) {
  }
}

TEST_F(Handler, MaySuspendItselfOnTopOfAnotherSuspension) {
  Transfer& outer = write('A');
  Transfer& inner = write('B');
  gate.wait_started(2);
  block_of_handler = &inner;
  const HandledSignal handled(SIGUSR1, 0, suspend_on_another);
  std::atomic<bool> done = false;
  std::thread waiter([&] {
    EXPECT_EQ(wait_for(outer), 0);
    done = true;
  });
  pthread_kill(waiter.native_handle(), SIGUSR1);
  gate.let_go('B');
  wait_until([&] { return handled.count() == 1; }, "the handler's end");
  EXPECT_FALSE(done);
  gate.let_go('A');
  waiter.join();
}

TEST_F(Handler, OnAWaitingThreadDoesNotLoseTheWake) {
  for (int i = 0; i < 100; ++i) {
    gate.close();
    Transfer& awaited = write('A');
    block_of_handler = &awaited;
    const HandledSignal handled(SIGUSR1, SA_RESTART, look);
    const Pestering pestering(pthread_self(), SIGUSR1);
    std::thread opener([this] { gate.open(); });
    ASSERT_EQ(wait_for(awaited), 0);
    opener.join();
  }
}

}  // namespace
}  // namespace aiox::test
