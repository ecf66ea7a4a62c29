// SPDX-License-Identifier: MIT
//
// lio_listio() in the engine.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <thread>
#include <vector>

#include "engine_test.h"
#include "injection.h"
#include "support/child.h"

namespace aiox::test {
namespace {

class EngineList : public EngineTest {
 protected:
  aiocb* entry(char name, int opcode) {
    aiocb& made = block(name);
    made.aio_lio_opcode = opcode;
    return &made;
  }

  int submit(int mode, const std::vector<aiocb*>& entries, const sigevent* event = nullptr) {
    return engine->submit_list(mode, entries.data(), entries.size(), event);
  }

  /// The list's own notification: the letter 'L'.
  static sigevent list_event() {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_value.sival_int = 'L';
    return event;
  }
};

TEST_F(EngineList, WaitReturnsWhenAllAreDone) {
  aiocb* const write = entry('w', LIO_WRITE);
  aiocb* const read = entry('r', LIO_READ);
  EXPECT_EQ(submit(LIO_WAIT, {write, nullptr, entry('n', LIO_NOP), read}), 0);
  EXPECT_EQ(status(*write), 0);
  EXPECT_EQ(status(*read), 0);
}

TEST_F(EngineList, WaitSaysThatAnEntryFailed) {
  gate.answer('e', Result::failure(EIO));
  aiocb* const failing = entry('e', LIO_WRITE);
  aiocb* const fine = entry('f', LIO_WRITE);
  EXPECT_EQ(submit(LIO_WAIT, {failing, fine}), EIO);
  EXPECT_EQ(status(*failing), EIO);
  EXPECT_EQ(status(*fine), 0);
}

TEST_F(EngineList, WaitSaysThatAnEntryWasCancelled) {
  occupy(1);
  aiocb* const queued = entry('q', LIO_WRITE);
  std::thread canceller([&] {
    wait_until([&] { return status(*queued) == EINPROGRESS; }, "the submission");
    EXPECT_EQ(cancel(*queued), AIO_CANCELED);
  });
  EXPECT_EQ(submit(LIO_WAIT, {queued}), EIO);
  canceller.join();
}

TEST_F(EngineList, NowaitNotifiesOnceAfterAll) {
  gate.close();
  const sigevent event = list_event();
  EXPECT_EQ(submit(LIO_NOWAIT, {entry('a', LIO_WRITE), entry('b', LIO_WRITE)}, &event), 0);
  gate.wait_started(2);
  gate.let_go('a');
  notifier.wait_told("a");
  gate.let_go('b');
  notifier.wait_told("abL");
}

TEST_F(EngineList, AListWithoutRealEntriesNotifiesAtOnce) {
  const sigevent event = list_event();
  EXPECT_EQ(submit(LIO_NOWAIT, {nullptr, entry('n', LIO_NOP)}, &event), 0);
  EXPECT_EQ(notifier.told(), "L");
  EXPECT_EQ(submit(LIO_NOWAIT, {}, &event), 0);
  EXPECT_EQ(notifier.told(), "LL");
  EXPECT_EQ(submit(LIO_WAIT, {}), 0);
}

TEST_F(EngineList, ANotificationOfTheListThatIsKeptIsMadeLater) {
  notifier.keep_everything();
  const sigevent event = list_event();
  EXPECT_EQ(submit(LIO_NOWAIT, {}, &event), 0);
  notifier.wait_told("L");
}

TEST_F(EngineList, AnEntryThatIsRefusedHasItsErrorIsNotifiedAndStopsNoOther) {
  aiocb* const refused = entry('r', LIO_WRITE);
  refused->aio_fildes = -1;
  aiocb* const fine = entry('f', LIO_WRITE);
  EXPECT_EQ(submit(LIO_WAIT, {refused, fine}), EIO);
  EXPECT_EQ(status(*refused), EBADF);
  EXPECT_EQ(status(*fine), 0);
  notifier.wait_told("rf");
}

TEST_F(EngineList, ABadOpcodeIsEINVALInThatEntry) {
  aiocb* const bad = entry('b', 77);
  EXPECT_EQ(submit(LIO_NOWAIT, {bad}), EIO);
  EXPECT_EQ(status(*bad), EINVAL);
  notifier.wait_told("b");
}

TEST_F(EngineList, AnEntryInProgressIsLeftAlone) {
  occupy(1);
  aiocb* const queued = entry('q', LIO_WRITE);
  EXPECT_EQ(submit(LIO_NOWAIT, {queued}), 0);
  EXPECT_EQ(submit(LIO_NOWAIT, {queued}), EIO);
  queued->aio_lio_opcode = 77;
  EXPECT_EQ(submit(LIO_NOWAIT, {queued}), EIO);
  EXPECT_EQ(status(*queued), EINPROGRESS);
  gate.open();
  wait_status(*queued, 0);
  notifier.wait_told("Aq");
}

TEST_F(EngineList, AboveTheLimitItIsEAGAINAndTheOthersAreDone) {
  config.set(sys::Option::kMaxRequests, 2);
  gate.close();
  aiocb* const first = entry('a', LIO_WRITE);
  aiocb* const second = entry('b', LIO_WRITE);
  aiocb* const third = entry('c', LIO_WRITE);
  EXPECT_EQ(submit(LIO_NOWAIT, {first, second, third}), EAGAIN);
  EXPECT_EQ(status(*third), EAGAIN);
  gate.open();
  wait_status(*first, 0);
  wait_status(*second, 0);
}

TEST_F(EngineList, WithoutAnyThreadEachEntryIsRefused) {
  const ThreadsFail fail;
  const sigevent event = list_event();
  aiocb* const write = entry('w', LIO_WRITE);
  EXPECT_EQ(submit(LIO_NOWAIT, {write}, &event), EAGAIN);
  EXPECT_EQ(status(*write), EAGAIN);
  EXPECT_EQ(notifier.told(), "wL");
}

TEST_F(EngineList, AWorkerIsCalledOnceWhenAllAreQueued) {
  aiocb* const last = entry('c', LIO_WRITE);
  const std::size_t before = threads_asked_for();
  int looked_at = 0;
  notifier.before_prepare = [&] {
    ++looked_at;
    EXPECT_EQ(threads_asked_for(), before);
  };
  gate.close();
  EXPECT_EQ(submit(LIO_NOWAIT, {entry('a', LIO_WRITE), entry('b', LIO_WRITE), last}), 0);
  EXPECT_EQ(looked_at, 3);
  gate.wait_started(3);
}

TEST_F(EngineList, AnEntryThatIsCancelledBeforeAWorkerIsCalledIsNotCarriedOut) {
  aiocb* const first = entry('a', LIO_WRITE);
  int looked_at = 0;
  notifier.before_prepare = [&] {
    if (++looked_at == 2) {
      EXPECT_EQ(cancel(*first), AIO_CANCELED);
    }
  };
  EXPECT_EQ(submit(LIO_WAIT, {first, entry('b', LIO_WRITE)}), EIO);
  EXPECT_EQ(gate.started(), "b");
}

TEST_F(EngineList, WithoutAThreadForTheLastOfManyAllThatWaitAreRefused) {
  const ThreadsFail fail;
  std::vector<aiocb*> list;
  for (std::size_t i = 0; i < ListCall::kMost + 1; ++i) {
    list.push_back(entry('w', LIO_WRITE));
  }
  EXPECT_EQ(submit(LIO_WAIT, list), EAGAIN);
  for (const aiocb* const one : list) {
    EXPECT_EQ(status(*one), EAGAIN);
  }
  EXPECT_EQ(notifier.told(), std::string(list.size(), 'w'));
}

TEST_F(EngineList, ABadListEventStartsNothing) {
  sigevent event = list_event();
  event.sigev_notify = 12345;
  EXPECT_EQ(submit(LIO_NOWAIT, {entry('w', LIO_WRITE)}, &event), EINVAL);
  EXPECT_EQ(engine->counters().write.submitted, 0U);
}

TEST_F(EngineList, ASignalEndsTheWaitAndLeavesTheRequestsGoing) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  gate.close();
  aiocb* const write = entry('w', LIO_WRITE);
  const pthread_t waiter = ::pthread_self();
  std::atomic<bool> interrupted = false;
  std::thread interrupter([&] {
    gate.wait_started(1);
    while (!interrupted) {
      ::pthread_kill(waiter, SIGUSR1);
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(submit(LIO_WAIT, {write}), EINTR);
  interrupted = true;
  interrupter.join();
  EXPECT_EQ(status(*write), EINPROGRESS);
  gate.open();
  wait_status(*write, 0);
  notifier.wait_told("w");
  ::sigaction(SIGUSR1, &before, nullptr);
}

// What is queued there is the parent's, and would be carried out twice.
TEST_F(EngineList, AChildThatAHandlerMakesInTheWaitStartsNoWorker) {
  if (kSanitized) {
    GTEST_SKIP() << "a sanitizer's allocator may hang a child of fork()";
  }
  static constinit std::atomic<pid_t> child{-1};
  static constinit sys::Config* limits = nullptr;
  limits = &config;
  struct sigaction action {};
  action.sa_handler = [](int) {
    child = ::fork();
    limits->set(sys::Option::kMaxWorkers, child == 0 ? 2 : 1);
  };
  action.sa_flags = SA_RESTART;
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  occupy(1);
  aiocb* const write = entry('w', LIO_WRITE);
  std::thread disturber([&, waiter = ::pthread_self()] {
    wait_until([&] { return status(*write) == EINPROGRESS; }, "the submission");
    ::pthread_kill(waiter, SIGUSR1);
    wait_until([] { return child != -1; }, "a child");
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    gate.open();
  });
  const int answer = submit(LIO_WAIT, {write});
  if (child == 0) {
    const std::filesystem::directory_iterator threads("/proc/self/task");
    end_child(answer == EINTR && std::distance(begin(threads), end(threads)) == 1 ? 0 : 1);
  }
  disturber.join();
  EXPECT_EQ(answer, 0);
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_F(EngineList, ManyListsAtOnceEachWaitForTheirOwn) {
  std::vector<std::thread> threads;
  std::vector<std::vector<aiocb*>> lists(4);
  for (std::vector<aiocb*>& list : lists) {
    for (char name = 'a'; name <= 'h'; ++name) {
      list.push_back(entry(name, LIO_WRITE));
      list.back()->aio_sigevent.sigev_notify = SIGEV_NONE;
    }
    threads.emplace_back([&] {
      for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(submit(LIO_WAIT, list), 0);
        for (const aiocb* const one : list) {
          EXPECT_EQ(status(*one), 0);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace aiox::test
