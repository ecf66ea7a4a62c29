// SPDX-License-Identifier: MIT
//
// lio_listio() over O_DIRECT files: what is collected for one call of the kernel, and what others
// do to it meanwhile. "Meanwhile" is when the next entry's sigevent is looked at.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "engine_test.h"
#include "injection.h"
#include "support/descriptors.h"

namespace aiox::test {
namespace {

constexpr std::size_t kBlock = 4096;

struct Free {
  void operator()(char* bytes) const { std::free(bytes); }
};

class EngineDirectList : public EngineTest {
 protected:
  EngineDirectList() { config.set(sys::Option::kKernelAio, static_cast<long>(sys::Use::kAlways)); }

  void SetUp() override {
    if (::fcntl(fildes, F_SETFL, O_DIRECT) == -1) {
      GTEST_SKIP() << "no O_DIRECT in this folder";
    }
    ASSERT_EQ(::ftruncate(fildes, kBlock), 0);
  }

  /// The first block of the file, to or from a buffer full of the letter.
  aiocb* entry(char name, int opcode) {
    aiocb& made = block(name);
    buffers_.emplace_back(static_cast<char*>(std::aligned_alloc(kBlock, kBlock)));
    std::fill_n(buffers_.back().get(), kBlock, name);
    made.aio_lio_opcode = opcode;
    made.aio_buf = buffers_.back().get();
    made.aio_nbytes = kBlock;
    made.aio_offset = 0;
    return &made;
  }

  std::vector<aiocb*> entries(std::size_t count, int opcode) {
    std::vector<aiocb*> made;
    while (made.size() < count) {
      made.push_back(entry('e', opcode));
      made.back()->aio_sigevent.sigev_notify = SIGEV_NONE;
    }
    return made;
  }

  int submit(int mode, const std::vector<aiocb*>& list) {
    return engine->submit_list(mode, list.data(), list.size(), nullptr);
  }

  /// Has `what` done when the sigevent of entry number `number`, from 0 on, is looked at.
  template <typename What>
  void at_entry(int number, What&& what) {
    notifier.before_prepare = [number, what = std::forward<What>(what)]() mutable {
      if (number-- == 0) {
        what();
      }
    };
  }

  void wait_for_all(const std::vector<aiocb*>& list, int expected = 0) {
    for (const aiocb* const one : list) {
      wait_status(*one, expected);
    }
  }

  /// As close() does, by another thread.
  void prepare_close() {
    std::thread([this] {
      const sys::SignalsBlocked proof(sys::SignalsBlocked::Threads::kAreForbidden);
      engine->prepare_close(fildes, fildes, proof);
    }).join();
  }

 private:
  std::deque<std::unique_ptr<char, Free>> buffers_;
};

TEST_F(EngineDirectList, IsHandedInWithOneCall) {
  for (const int mode : {LIO_WAIT, LIO_NOWAIT}) {
    const std::vector<aiocb*> list = entries(ListCall::kMost, LIO_READ);
    const CallFails count(SYS_io_submit, 0, 0);
    EXPECT_EQ(submit(mode, list), 0);
    EXPECT_EQ(count.made(), 1);
    wait_for_all(list);
    for (aiocb* const read : list) {
      EXPECT_EQ(value(*read), static_cast<ssize_t>(kBlock));
      EXPECT_EQ(*static_cast<volatile char*>(read->aio_buf), '\0');
    }
  }
  EXPECT_EQ(gate.started(), "");
}

TEST_F(EngineDirectList, LongerOneTakesACallForEachBatch) {
  const std::vector<aiocb*> list = entries(ListCall::kMost + 1, LIO_WRITE);
  const CallFails count(SYS_io_submit, 0, 0);
  EXPECT_EQ(submit(LIO_WAIT, list), 0);
  EXPECT_EQ(count.made(), 2);
}

TEST_F(EngineDirectList, CallerWhoWaitsWaitsForRoomAndLeavesNothingToWorkers) {
  const std::vector<aiocb*> list = entries(4 * io::Ring::kEntries, LIO_READ);
  EXPECT_EQ(submit(LIO_WAIT, list), 0);
  wait_for_all(list);
  EXPECT_EQ(gate.started(), "");
}

TEST_F(EngineDirectList, CallerWhoWaitsGoesOnWhereNobodyMakesRoom) {
  std::vector<aiocb*> list = entries(2 * io::Ring::kEntries, LIO_READ);
  list.front() = entry('f', LIO_READ);
  std::atomic<bool> is_through = false;
  notifier.before_deliver = [&] {  // the reaper is held in it
    wait_until([&] { return is_through.load(); }, "all to be submitted");
  };
  std::thread observer([&] {
    wait_until([&] { return engine->counters().read.submitted == list.size(); }, "the last entry");
    is_through = true;
  });
  EXPECT_EQ(submit(LIO_WAIT, list), 0);
  observer.join();
}

TEST_F(EngineDirectList, HandlerFindsNothingThatWaitsForItsOwnThread) {
  static std::function<void()> in_handler;
  struct sigaction action {};
  action.sa_handler = [](int) { in_handler(); };
  action.sa_flags = SA_RESTART;
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  constexpr std::size_t kCollected = io::Ring::kEntries + ListCall::kMost;
  std::vector<aiocb*> list = entries(2 * io::Ring::kEntries, LIO_READ);
  list.front() = entry('f', LIO_READ);
  std::atomic<bool> is_there = false;
  notifier.before_deliver = [&] {  // the reaper is held in it, and the ring full
    wait_until([&] { return is_there.load(); }, "the handler");
  };
  in_handler = [&] {
    is_there = true;
    wait_until([&] { return status(*list[kCollected - 1]) == 0; }, "what was collected");
  };
  std::thread observer([&, caller = ::pthread_self()] {
    wait_until([&] { return engine->counters().read.submitted >= kCollected; }, "the last entry");
    ::pthread_kill(caller, SIGUSR1);
  });
  EXPECT_EQ(submit(LIO_WAIT, list), 0);
  observer.join();
  EXPECT_TRUE(is_there);
  wait_for_all(list);
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_F(EngineDirectList, WhatTheRingHasNoRoomForIsQueuedWhereNobodyWaits) {
  const std::vector<aiocb*> list = entries(4 * io::Ring::kEntries, LIO_READ);
  EXPECT_EQ(submit(LIO_NOWAIT, list), 0);
  wait_for_all(list);
}

TEST_F(EngineDirectList, EntryThatTheKernelRefusesGoesToAWorkerAndTheOthersDoNot) {
  const std::vector<aiocb*> list = entries(3, LIO_WRITE);
  const CallFails once(SYS_io_submit, EINVAL, 1);
  EXPECT_EQ(submit(LIO_WAIT, list), 0);
  EXPECT_EQ(gate.started(), "e");
  EXPECT_EQ(once.made(), 2);
}

TEST_F(EngineDirectList, GoesToWorkersWhereTheKernelHasNoResources) {
  const std::vector<aiocb*> list = entries(3, LIO_WRITE);
  const CallFails once(SYS_io_submit, EAGAIN, 1);
  EXPECT_EQ(submit(LIO_WAIT, list), 0);
  EXPECT_EQ(gate.started(), "eee");
}

TEST_F(EngineDirectList, IsRefusedWhereNeitherTheKernelNorAThreadCanBeHad) {
  const ThreadsFail fail;  // no reaper either
  aiocb* const write = entry('w', LIO_WRITE);
  EXPECT_EQ(submit(LIO_NOWAIT, {write}), EAGAIN);
  EXPECT_EQ(status(*write), EAGAIN);
  EXPECT_EQ(notifier.told(), "w");
}

TEST_F(EngineDirectList, CollectedEntryCanBeCancelledAndIsNotHandedIn) {
  aiocb* const cancelled = entry('c', LIO_READ);
  aiocb* const last = entry('l', LIO_READ);
  at_entry(1, [&] { EXPECT_EQ(cancel(*cancelled), AIO_CANCELED); });
  EXPECT_EQ(submit(LIO_WAIT, {cancelled, last}), EIO);
  EXPECT_EQ(status(*cancelled), ECANCELED);
  EXPECT_EQ(*static_cast<volatile char*>(cancelled->aio_buf), 'c');
  EXPECT_EQ(status(*last), 0);
  notifier.wait_told("cl");
}

TEST_F(EngineDirectList, CollectedEntryIsInNoRingThatSomebodyCouldSleepOn) {
  const std::vector<aiocb*> list = entries(2, LIO_READ);
  std::uint32_t context = 0;
  at_entry(1, [&] { context = engine->kernel_context(*list[0]); });
  EXPECT_EQ(submit(LIO_WAIT, list), 0);
  EXPECT_EQ(context, io::KernelAio::kNoContext);
}

TEST_F(EngineDirectList, SlotOfACancelledEntryThatIsAnothersByNowIsNotTouched) {
  aiocb* const cancelled = entry('c', LIO_READ);
  aiocb* const last = entry('l', LIO_READ);
  aiocb* const other = entry('o', LIO_WRITE);
  at_entry(1, [&] {
    EXPECT_EQ(cancel(*cancelled), AIO_CANCELED);
    config.set(sys::Option::kKernelAio, static_cast<long>(sys::Use::kOff));
    occupy(1);
    ASSERT_EQ(engine->submit(*other, Opcode::kWrite), 0);
  });
  EXPECT_EQ(submit(LIO_NOWAIT, {cancelled, last}), 0);
  EXPECT_EQ(status(*other), EINPROGRESS);
  EXPECT_EQ(cancel(*other), AIO_CANCELED);
  gate.open();
  wait_status(*last, 0);
}

TEST_F(EngineDirectList, CloseCancelsCollectedReadsAndRefusesTheRest) {
  aiocb* const first = entry('f', LIO_READ);
  aiocb* const second = entry('s', LIO_READ);
  const CallFails count(SYS_io_submit, 0, 0);
  at_entry(1, [&] { prepare_close(); });
  EXPECT_EQ(submit(LIO_WAIT, {first, second}), EIO);
  EXPECT_EQ(status(*first), ECANCELED);
  EXPECT_EQ(status(*second), EBADF);
  EXPECT_EQ(count.made(), 0);  // so the number was not touched
}

TEST_F(EngineDirectList, CloseWaitsForCollectedWritesAndThenCancelsThem) {
  config.set(sys::Option::kCloseMs, 1);
  aiocb* const first = entry('f', LIO_WRITE);
  aiocb* const second = entry('s', LIO_WRITE);
  const CallFails count(SYS_io_submit, 0, 0);
  at_entry(1, [&] { prepare_close(); });
  EXPECT_EQ(submit(LIO_WAIT, {first, second}), EIO);
  EXPECT_EQ(status(*first), ECANCELED);
  EXPECT_EQ(count.made(), 0);
}

TEST_F(EngineDirectList, CloserCarriesACollectedWriteOutWhereOneOfOursIsStuckInLibc) {
  aiocb& telling = block('t');
  std::atomic<bool> is_telling = false;
  std::atomic<bool> may_tell = false;
  notifier.before_deliver = [&] {
    is_telling = true;
    wait_until([&] { return may_tell.load(); }, "the closer to be done");
  };
  ASSERT_EQ(engine->submit(telling, Opcode::kSync), 0);
  wait_until([&] { return is_telling.load(); }, "a worker to be stuck");
  aiocb* const first = entry('f', LIO_WRITE);
  first->aio_sigevent.sigev_notify = SIGEV_NONE;
  aiocb* const second = entry('s', LIO_WRITE);
  at_entry(1, [&] {
    prepare_close();
    EXPECT_EQ(status(*first), 0);
    may_tell = true;
  });
  EXPECT_EQ(submit(LIO_WAIT, {first, second}), EIO);
  EXPECT_EQ(status(*first), 0);
  EXPECT_EQ(status(*second), EBADF);
  wait_until([&] { return notifier.told().size() == 2; }, "the stuck notification");
}

TEST_F(EngineDirectList, CollectedWritesAreBeforeASyncThatComesMeanwhile) {
  aiocb* const write = entry('w', LIO_WRITE);
  aiocb& sync = block('s');
  at_entry(1, [&] {
    ASSERT_EQ(engine->submit(sync, Opcode::kSync), 0);
    EXPECT_EQ(status(sync), EINPROGRESS);
  });
  gate.answer('w', Result::failure(EIO));
  const CallFails once(SYS_io_submit, EINVAL, 1);  // so that a worker writes it, and fails
  EXPECT_EQ(submit(LIO_WAIT, {write, entry('r', LIO_READ)}), EIO);
  wait_status(sync, EIO);
}

/// Another thread submits, and waits for libc to create the reaper.
class HeldReaper : public EngineDirectList {
 protected:
  /// Has `meanwhile` done while the submitter of these waits.
  template <typename What>
  int submit_held(const std::vector<aiocb*>& list, What&& meanwhile) {
    std::atomic<bool> is_held = false;
    std::atomic<bool> may_go = false;
    const CreationWatch watch([&, self = std::this_thread::get_id()] {
      if (std::this_thread::get_id() == self) {
        return;
      }
      is_held = true;
      wait_until([&] { return may_go.load(); }, "the lock");
    });
    int error = -1;
    std::thread submitter([&] { error = submit(LIO_NOWAIT, list); });
    wait_until([&] { return is_held.load(); }, "the reaper to be created");
    meanwhile();
    may_go = true;
    submitter.join();
    return error;
  }
};

TEST_F(HeldReaper, CloserDoesNotLeaveARequestBehindThatMeetsTheNextFile) {
  config.set(sys::Option::kCloseMs, 0);
  aiocb* const write = entry('w', LIO_WRITE);
  const CallFails count(SYS_io_submit, 0, 0);
  submit_held({write}, [&] {
    prepare_close();
    EXPECT_EQ(status(*write), ECANCELED);
  });
  EXPECT_EQ(count.made(), 0);
  EXPECT_EQ(gate.started(), "");
  EXPECT_EQ(status(*write), ECANCELED);
}

TEST_F(HeldReaper, CloserCarriesTheWriteOutInstead) {
  config.set(sys::Option::kCloseMs, 600'000);
  aiocb* const write = entry('w', LIO_WRITE);
  const CallFails count(SYS_io_submit, 0, 0);
  submit_held({write}, [&] {
    prepare_close();
    EXPECT_EQ(status(*write), 0);
  });
  EXPECT_EQ(count.made(), 0);
  EXPECT_EQ(gate.started(), "w");
}

TEST_F(HeldReaper, RequestThatItIsForCanBeCancelled) {
  aiocb* const cancelled = entry('c', LIO_READ);
  aiocb* const read = entry('r', LIO_READ);
  EXPECT_EQ(submit_held({cancelled, read}, [&] { EXPECT_EQ(cancel(*cancelled), AIO_CANCELED); }),
            0);
  wait_status(*read, 0);
  EXPECT_EQ(gate.started(), "");
  EXPECT_EQ(*static_cast<volatile char*>(cancelled->aio_buf), 'c');
  notifier.wait_told("cr");
}

TEST_F(EngineDirectList, CancellersRaceWithTheCallAndEachEntryEndsOnce) {
  const std::vector<aiocb*> list = entries(ListCall::kMost, LIO_READ);
  std::atomic<bool> over = false;
  std::thread canceller([&] {
    while (!over) {
      for (const aiocb* const one : list) {
        int result = 0;
        EXPECT_EQ(engine->cancel(fildes, *one, result), 0);
      }
    }
  });
  for (int round = 0; round < (kSanitized ? 50 : 500); ++round) {
    const int error = submit(LIO_WAIT, list);
    bool failed = false;
    for (aiocb* const one : list) {
      const int end = status(*one);
      failed |= end != 0;
      EXPECT_TRUE(end == 0 || end == ECANCELED) << end;
      EXPECT_EQ(value(*one), end == 0 ? static_cast<ssize_t>(kBlock) : -1);
    }
    EXPECT_EQ(error, failed ? EIO : 0);
  }
  over = true;
  canceller.join();
}

}  // namespace
}  // namespace aiox::test
