// SPDX-License-Identifier: MIT
//
// The way of a request: submission, service, completion; and what is refused.
#include "engine/engine.h"

#include <fcntl.h>

#include <climits>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include "engine_test.h"
#include "injection.h"
#include "pool_test.h"

namespace aiox::test {
namespace {

TEST_F(EngineTest, MovesTheBytesAndPublishesBothStatuses) {
  aiocb& write = submitted('w', Opcode::kWrite);
  wait_status(write, 0);
  EXPECT_EQ(value(write), 1);
  aiocb& read = block('x');
  read.aio_offset = 'w';
  ASSERT_EQ(engine->submit(read, Opcode::kRead), 0);
  wait_status(read, 0);
  EXPECT_EQ(value(read), 1);
  EXPECT_EQ(*static_cast<volatile char*>(read.aio_buf), 'w');
}

TEST_F(EngineTest, TheReturnStatusIsRetrievedOnce) {
  aiocb& write = submitted('w', Opcode::kWrite);
  wait_status(write, 0);
  ssize_t second = 0;
  EXPECT_EQ(value(write), 1);
  EXPECT_EQ(sys::AiocbPrivate(write).retrieve(second), EINVAL);
  EXPECT_EQ(status(write), 0);
}

TEST_F(EngineTest, IsInProgressWhileQueuedAndWhileRunning) {
  occupy(1);
  aiocb& queued = submitted('q', Opcode::kWrite);
  EXPECT_EQ(status(queued), EINPROGRESS);
  gate.let_through(1);
  gate.wait_started(2);
  EXPECT_EQ(status(queued), EINPROGRESS);
  gate.let_through(1);
  wait_status(queued, 0);
}

TEST_F(EngineTest, ReportsTheErrorOfTheOperation) {
  gate.answer('e', Result::failure(EIO));
  aiocb& failing = submitted('e', Opcode::kWrite);
  wait_status(failing, EIO);
  EXPECT_EQ(value(failing), -1);
  notifier.wait_told("e");
  EXPECT_EQ(engine->counters().write.failed, 1U);
}

TEST_F(EngineTest, AnyNumberOfRequestsOnOneDescriptorRunAtTheSameTime) {
  occupy(8);
  EXPECT_EQ(gate.most_inside(), 8U);
}

TEST_F(EngineTest, TheMoreUrgentStartsFirst) {
  occupy(1);
  submitted('c', Opcode::kWrite, 20);
  submitted('b', Opcode::kRead, 10);
  submitted('a', Opcode::kWrite, 0);
  submitted('d', Opcode::kWrite, 20);
  gate.open();
  notifier.wait_told("Aabcd");
}

TEST_F(EngineTest, EachRequestIsNotifiedOnceAndCountedOnce) {
  std::string names;
  for (char name = 'a'; name <= 'z'; ++name) {
    aiocb& write = submitted(name, Opcode::kWrite);
    wait_status(write, 0);
    names += name;
    notifier.wait_told(names);
  }
  EXPECT_EQ(engine->counters().write.submitted, 26U);
  EXPECT_EQ(engine->counters().write.completed, 26U);
  EXPECT_EQ(engine->outstanding(), 0U);
}

TEST_F(EngineTest, AProgramAtTheLimitCanSubmitAsSoonAsItSeesOneComplete) {
  config.set(sys::Option::kMaxRequests, 1);
  for (int i = 0; i < 2'000; ++i) {
    aiocb& write = submitted('w', Opcode::kWrite);
    wait_status(write, 0);
  }
}

TEST_F(EngineTest, RefusesWhatIsAboveTheLimit) {
  config.set(sys::Option::kMaxRequests, 2);
  occupy(1);
  aiocb& second = submitted('b', Opcode::kWrite);
  aiocb& third = block('c');
  EXPECT_EQ(engine->submit(third, Opcode::kWrite), EAGAIN);
  EXPECT_EQ(status(third), EAGAIN);
  EXPECT_EQ(cancel(second), AIO_CANCELED);
  EXPECT_EQ(engine->submit(third, Opcode::kWrite), 0);
}

TEST_F(EngineTest, AnAiocbInProgressIsRefusedAndLeftAlone) {
  occupy(1);
  aiocb& queued = submitted('q', Opcode::kWrite);
  aiocb before;
  std::memcpy(&before, &queued, sizeof before);
  EXPECT_EQ(engine->submit(queued, Opcode::kWrite), EINVAL);
  EXPECT_EQ(std::memcmp(&before, &queued, sizeof before), 0);
  EXPECT_EQ(engine->counters().write.submitted, 1U);
}

TEST_F(EngineTest, OfTwoThreadsThatSubmitOneAiocbOneIsRefused) {
  gate.close();
  Baton in_prepare, go_on;
  bool first = true;
  notifier.before_prepare = [&] {
    if (std::exchange(first, false)) {
      in_prepare.pass();
      go_on.wait();
    }
  };
  aiocb& contested = block('c');
  int slower = -1;
  std::thread thread([&] { slower = engine->submit(contested, Opcode::kWrite); });
  in_prepare.wait();
  EXPECT_EQ(engine->submit(contested, Opcode::kWrite), 0);
  go_on.pass();
  thread.join();
  EXPECT_EQ(slower, EINVAL);
  EXPECT_EQ(status(contested), EINPROGRESS);
  gate.open();
  wait_status(contested, 0);
  notifier.wait_told("c");
}

TEST_F(EngineTest, CopiedZeroedAndGarbageAiocbsAreAcceptedForSubmission) {
  occupy(1);
  aiocb& original = submitted('o', Opcode::kWrite);
  aiocb copy = original;
  int ignored = 0;
  EXPECT_EQ(engine->status(copy, ignored), EINVAL) << "it claims to be in progress and is not";
  EXPECT_EQ(engine->submit(copy, Opcode::kWrite), 0);
  aiocb garbage;
  std::memset(&garbage, 0xa5, sizeof garbage);
  aiocb& wishes = block('g');
  garbage.aio_fildes = wishes.aio_fildes;
  garbage.aio_buf = wishes.aio_buf;
  garbage.aio_nbytes = wishes.aio_nbytes;
  garbage.aio_offset = wishes.aio_offset;
  garbage.aio_reqprio = 0;
  garbage.aio_sigevent = wishes.aio_sigevent;
  EXPECT_EQ(engine->submit(garbage, Opcode::kWrite), 0);
  gate.open();
  wait_status(copy, 0);
  wait_status(original, 0);
  wait_status(garbage, 0);
}

TEST_F(EngineTest, RefusalsQueueNothingAndSayWhy) {
  aiocb& bad = block('b');
  const aiocb good = bad;
  bad.aio_fildes = -1;
  EXPECT_EQ(engine->submit(bad, Opcode::kWrite), EBADF);
  EXPECT_EQ(status(bad), EBADF);
  EXPECT_EQ(value(bad), -1);
  bad = good;
  bad.aio_reqprio = 21;
  EXPECT_EQ(engine->submit(bad, Opcode::kWrite), EINVAL);
  bad.aio_reqprio = -1;
  EXPECT_EQ(engine->submit(bad, Opcode::kWrite), EINVAL);
  bad = good;
  bad.aio_offset = -1;
  EXPECT_EQ(engine->submit(bad, Opcode::kRead), EINVAL);
  bad = good;
  bad.aio_nbytes = std::size_t{SSIZE_MAX} + 1;
  EXPECT_EQ(engine->submit(bad, Opcode::kRead), EINVAL);
  bad = good;
  bad.aio_sigevent.sigev_notify = 12345;
  EXPECT_EQ(engine->submit(bad, Opcode::kRead), EINVAL);
  EXPECT_EQ(engine->outstanding(), 0U);
  EXPECT_EQ(engine->counters().read.submitted + engine->counters().write.submitted, 0U);
  EXPECT_EQ(gate.started(), "");
}

TEST_F(EngineTest, RefusesTheWrongAccessMode) {
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  aiocb& request = block('r');
  request.aio_fildes = null;
  EXPECT_EQ(engine->submit(request, Opcode::kWrite), EBADF);
  EXPECT_EQ(engine->submit(request, Opcode::kRead), 0);
  wait_status(request, 0);
  ::close(null);
}

TEST_F(EngineTest, OfASyncOnlyTheDescriptorAndTheSigeventAreLookedAt) {
  aiocb& sync = block('s');
  sync.aio_reqprio = -5;
  sync.aio_offset = -5;
  sync.aio_nbytes = std::size_t{SSIZE_MAX} + 1;
  sync.aio_buf = nullptr;
  EXPECT_EQ(engine->submit(sync, Opcode::kDataSync), 0);
  wait_status(sync, 0);
  notifier.wait_told("s");
}

TEST_F(EngineTest, ASyncStartsWhenTheWritesBeforeItAreDone) {
  occupy(2);
  aiocb& write = submitted('w', Opcode::kWrite);
  aiocb& sync = submitted('s', Opcode::kSync);
  submitted('x', Opcode::kWrite);
  gate.let_go('A');
  gate.wait_started(3);
  gate.let_go('B');
  gate.wait_started(4);
  EXPECT_EQ(gate.started().substr(2), "wx");
  gate.let_go('w');
  gate.wait_started(5);
  EXPECT_EQ(gate.started().substr(2), "wxs");
  EXPECT_EQ(status(write), 0);
  EXPECT_EQ(status(sync), EINPROGRESS);
  gate.open();
  wait_status(sync, 0);
}

TEST_F(EngineTest, AFailedWriteGivesItsErrorToTheSyncThatCoversIt) {
  occupy(1);
  gate.answer('w', Result::failure(ENOSPC));
  submitted('w', Opcode::kWrite);
  aiocb& sync = submitted('s', Opcode::kSync);
  gate.open();
  wait_status(sync, ENOSPC);
  EXPECT_EQ(value(sync), -1);
}

TEST_F(EngineTest, WithoutAnyThreadTheCallFailsAndNothingIsQueued) {
  aiocb& refused = block('r');
  {
    const ThreadsFail fail;
    EXPECT_EQ(engine->submit(refused, Opcode::kWrite), EAGAIN);
  }
  EXPECT_EQ(status(refused), EAGAIN);
  EXPECT_EQ(engine->outstanding(), 0U);
  EXPECT_EQ(engine->counters().write.submitted, 0U);
  EXPECT_EQ(notifier.told(), "");
  EXPECT_EQ(engine->submit(refused, Opcode::kWrite), 0);
  wait_status(refused, 0);
  EXPECT_EQ(gate.started(), "r") << "the first attempt left nothing behind";
}

TEST_F(EngineTest, TheThreadsThatCouldBeCreatedServeEverything) {
  const ThreadsFail fail(1);
  gate.close();
  for (char name = 'a'; name <= 'j'; ++name) {
    submitted(name, Opcode::kWrite);
  }
  gate.open();
  notifier.wait_told("abcdefghij");
  EXPECT_EQ(gate.most_inside(), 1U);
}

TEST_F(EngineTest, HasNoThreadBeforeTheFirstRequestAndNoneAfterIdling) {
  EXPECT_EQ(engine->workers(), 0U);
  config.set(sys::Option::kIdleMs, 0);
  wait_status(submitted('w', Opcode::kWrite), 0);
  wait_until([&] { return engine->workers() == 0; }, "the leaving of the worker");
}

TEST_F(EngineTest, KeptNotificationsAreMadeLater) {
  notifier.keep_everything();
  submitted('w', Opcode::kWrite);
  notifier.wait_told("w");
}

TEST_F(EngineTest, AWatchedRequestWakesItsWatcher) {
  occupy(1);
  aiocb& watched = submitted('w', Opcode::kWrite);
  const std::size_t number = WaitWords::of_this_thread();
  const std::uint32_t seen = engine->wait_words().read(number);
  EXPECT_TRUE(engine->watch(watched, number));
  gate.open();
  while (engine->wait_words().read(number) == seen) {
    engine->wait_words().sleep(number, seen, sys::kForever);
  }
  EXPECT_EQ(status(watched), 0);
  EXPECT_FALSE(engine->watch(watched, number));
}

TEST_F(EngineTest, ACancelledRequestWakesItsWatcher) {
  occupy(1);
  aiocb& watched = submitted('w', Opcode::kWrite);
  const std::uint32_t seen = engine->wait_words().read(3);
  EXPECT_TRUE(engine->watch(watched, 3));
  EXPECT_EQ(cancel(watched), AIO_CANCELED);
  EXPECT_NE(engine->wait_words().read(3), seen);
}

TEST_F(EngineTest, WhatWasNeverSubmittedIsNotWatched) {
  const aiocb zeroed{};
  EXPECT_FALSE(engine->watch(zeroed, 0));
  EXPECT_EQ(status(zeroed), 0);
}

TEST_F(EngineTest, TheAiocbAndTheBufferAreFreeOnceTheStatusIsFinal) {
  for (int i = 0; i < 200; ++i) {
    const auto buffer = std::make_unique<char>('w');
    const auto write = std::make_unique<aiocb>(block('w'));
    write->aio_buf = buffer.get();
    ASSERT_EQ(engine->submit(*write, Opcode::kWrite), 0);
    wait_status(*write, 0);
  }
}

}  // namespace
}  // namespace aiox::test
