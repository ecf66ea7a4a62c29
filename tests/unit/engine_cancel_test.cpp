// SPDX-License-Identifier: MIT
//
// aio_cancel() in the engine.
#include <thread>
#include <vector>

#include "engine_test.h"

namespace aiox::test {
namespace {

class EngineCancel : public EngineTest {};

TEST_F(EngineCancel, AQueuedRequestEndsWithECANCELEDAndIsNotifiedLikeAnyOther) {
  occupy(1);
  aiocb& queued = submitted('q', Opcode::kWrite);
  EXPECT_EQ(cancel(queued), AIO_CANCELED);
  EXPECT_EQ(status(queued), ECANCELED);
  EXPECT_EQ(value(queued), -1);
  EXPECT_EQ(notifier.told(), "q");
  EXPECT_EQ(engine->counters().write.cancelled, 1U);
  gate.open();
  notifier.wait_told("qA");
  EXPECT_EQ(gate.started(), "A") << "it is never carried out";
}

TEST_F(EngineCancel, ARunningRequestIsLeftUntouched) {
  occupy(1);
  aiocb& running = block('r');
  config.set(sys::Option::kMaxWorkers, 2);
  ASSERT_EQ(engine->submit(running, Opcode::kWrite), 0);
  gate.wait_started(2);
  EXPECT_EQ(cancel(running), AIO_NOTCANCELED);
  EXPECT_EQ(status(running), EINPROGRESS);
  gate.open();
  wait_status(running, 0);
}

TEST_F(EngineCancel, AFinishedOneAndANeverSubmittedOneAreAllDone) {
  aiocb& finished = submitted('f', Opcode::kWrite);
  wait_status(finished, 0);
  EXPECT_EQ(cancel(finished), AIO_ALLDONE);
  EXPECT_EQ(status(finished), 0);
  aiocb& fresh = block('n');
  EXPECT_EQ(cancel(fresh), AIO_ALLDONE);
}

TEST_F(EngineCancel, ACopyOfAQueuedAiocbCancelsNothing) {
  occupy(1);
  aiocb& queued = submitted('q', Opcode::kWrite);
  const aiocb copy = queued;
  EXPECT_EQ(cancel(copy), AIO_ALLDONE);
  EXPECT_EQ(status(queued), EINPROGRESS);
}

TEST_F(EngineCancel, AnotherDescriptorThanThatOfTheSubmissionIsRefused) {
  occupy(1);
  aiocb& queued = submitted('q', Opcode::kWrite);
  const int other = ::dup(fildes);
  int result = -1;
  EXPECT_EQ(engine->cancel(other, queued, result), EINVAL);
  EXPECT_EQ(status(queued), EINPROGRESS);
  EXPECT_EQ(engine->cancel_all(other, result), 0);
  EXPECT_EQ(result, AIO_ALLDONE);
  ::close(other);
}

TEST_F(EngineCancel, AllOfADescriptorAreCancelledButThoseThatRun) {
  occupy(1);
  aiocb& read = submitted('r', Opcode::kRead);
  aiocb& write = submitted('w', Opcode::kWrite, 20);
  aiocb& waiting = submitted('s', Opcode::kSync);
  EXPECT_EQ(cancel_all(), AIO_NOTCANCELED);
  EXPECT_EQ(status(read), ECANCELED);
  EXPECT_EQ(status(write), ECANCELED);
  EXPECT_EQ(status(waiting), ECANCELED);
  gate.open();
  wait_until([&] { return engine->outstanding() == 0; }, "the end of the running one");
  EXPECT_EQ(cancel_all(), AIO_ALLDONE);
  EXPECT_EQ(gate.started(), "A");
}

TEST_F(EngineCancel, AllQueuedOnADescriptorOfItsOwnIsCanceled) {
  occupy(1);
  const int other = ::dup(fildes);
  aiocb& queued = block('q');
  queued.aio_fildes = other;
  ASSERT_EQ(engine->submit(queued, Opcode::kWrite), 0);
  int result = -1;
  EXPECT_EQ(engine->cancel_all(other, result), 0);
  EXPECT_EQ(result, AIO_CANCELED);
  EXPECT_EQ(status(queued), ECANCELED);
  ::close(other);
}

TEST_F(EngineCancel, CancellingAWriteSetsTheSyncBehindItFree) {
  occupy(1);
  aiocb& write = submitted('w', Opcode::kWrite);
  aiocb& sync = submitted('s', Opcode::kSync);
  EXPECT_EQ(cancel(write), AIO_CANCELED);
  EXPECT_EQ(status(sync), EINPROGRESS);
  gate.open();
  wait_status(sync, 0);
}

TEST_F(EngineCancel, AWaitingSyncCanBeCancelled) {
  occupy(1);
  aiocb& write = submitted('w', Opcode::kWrite);
  aiocb& sync = submitted('s', Opcode::kSync);
  aiocb& next = submitted('t', Opcode::kDataSync);
  EXPECT_EQ(cancel(sync), AIO_CANCELED);
  gate.open();
  wait_status(write, 0);
  wait_status(next, 0);
}

TEST_F(EngineCancel, OneCancelledRequestStrandsNoOther) {
  occupy(1);
  aiocb& first = submitted('a', Opcode::kWrite);
  aiocb& second = submitted('b', Opcode::kWrite);
  aiocb& third = submitted('c', Opcode::kWrite);
  EXPECT_EQ(cancel(second), AIO_CANCELED);
  gate.open();
  wait_status(first, 0);
  wait_status(third, 0);
  EXPECT_EQ(status(second), ECANCELED);
}

TEST_F(EngineCancel, TheAiocbCanBeSubmittedAgainAtOnce) {
  occupy(1);
  aiocb& block_of_many_lives = block('m');
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(engine->submit(block_of_many_lives, Opcode::kWrite), 0);
    ASSERT_EQ(cancel(block_of_many_lives), AIO_CANCELED);
  }
  EXPECT_EQ(engine->outstanding(), 1U);
}

// The slots that one thread's requests leave are taken by those of the other, on another
// descriptor, while the first thread still cancels what is over.
TEST_F(EngineCancel, NeverHitsTheNextRequestOfASlot) {
  constexpr int kRounds = 3'000;
  std::atomic<int> wrong = 0;
  const auto lives = [&](aiocb& request, bool cancels) {
    const int own = ::dup(fildes);
    request.aio_fildes = own;
    request.aio_sigevent.sigev_notify = SIGEV_NONE;
    for (int i = 0; i < kRounds; ++i) {
      wrong += engine->submit(request, Opcode::kWrite) != 0;
      int result = -1;
      int final_status = EINPROGRESS;
      while (final_status == EINPROGRESS) {
        if (cancels) {
          wrong += engine->cancel(own, request, result) != 0;
        }
        wrong += engine->status(request, final_status) != 0;
      }
      // Only its own canceller may have cancelled it.
      wrong += final_status != 0 && !(cancels && final_status == ECANCELED);
    }
    ::close(own);
  };
  std::vector<std::thread> threads;
  for (const char name : {'a', 'b', 'c', 'd'}) {
    threads.emplace_back(lives, std::ref(block(name)), name < 'c');
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace aiox::test
