// SPDX-License-Identifier: MIT
//
// Completions told by signal, and what a sigevent may look like.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

class Notification : public testing::Test {
 protected:
  Outcome write_with(const sigevent& event) {
    write.aio_sigevent = event;
    return run_write(write);
  }

  TempFile file;
  Transfer write{file, "told", 0};
};

TEST_F(Notification, NoneSendsNothing) {
  const PendingSignal signal(SIGUSR1);
  sigevent event = no_event();
  event.sigev_signo = SIGUSR1;
  EXPECT_EQ(write_with(event), success(4));
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(Notification, SignalCarriesItsCodeValueAndSender) {
  PendingSignal signal(SIGUSR1);
  EXPECT_EQ(write_with(signal_event(SIGUSR1, 4711)), success(4));
  const siginfo_t info = signal.take();
  EXPECT_EQ(info.si_signo, SIGUSR1);
  EXPECT_EQ(info.si_code, SI_ASYNCIO);
  EXPECT_EQ(info.si_value.sival_int, 4711);
  EXPECT_EQ(info.si_pid, getpid());
  EXPECT_EQ(info.si_uid, getuid());
}

TEST_F(Notification, SignalCarriesAPointer) {
  PendingSignal signal(SIGRTMAX);
  sigevent event = signal_event(SIGRTMAX);
  event.sigev_value.sival_ptr = &write;
  EXPECT_EQ(write_with(event), success(4));
  EXPECT_EQ(signal.take().si_value.sival_ptr, &write);
}

std::atomic<int> status_in_handler{-1};
std::atomic<const aiocb*> block_in_handler{nullptr};

TEST_F(Notification, SignalHandlerSeesTheFinalStatus) {
  const HandledSignal handled(SIGUSR1, 0, [](const siginfo_t& info) {
    const auto* const block = static_cast<const aiocb*>(info.si_value.sival_ptr);
    block_in_handler = block;
    status_in_handler = aio_error(block);
  });
  sigevent event = signal_event(SIGUSR1);
  event.sigev_value.sival_ptr = &write;
  EXPECT_EQ(write_with(event), success(4));
  wait_until([&] { return handled.count() == 1; }, "the handler");
  EXPECT_EQ(block_in_handler.load(), &write);
  EXPECT_EQ(status_in_handler, 0);
}

TEST_F(Notification, FailedRequestSendsItsSignal) {
  PendingSignal signal(SIGUSR1);
  const Descriptor full = open_path("/dev/full", O_WRONLY);
  write.aio_fildes = full;
  EXPECT_EQ(write_with(signal_event(SIGUSR1)), failure(ENOSPC));
  signal.take();
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(Notification, EachRequestSendsOneRealTimeSignal) {
  PendingSignal signal(SIGRTMIN);
  std::vector<std::unique_ptr<Transfer>> writes;
  for (int i = 0; i < 100; ++i) {
    writes.push_back(std::make_unique<Transfer>(file, "x", i));
    writes.back()->aio_sigevent = signal_event(SIGRTMIN, i);
    ASSERT_EQ(aio_write(writes.back().get()), 0);
  }
  std::vector<int> seen(100, 0);
  for (int i = 0; i < 100; ++i) {
    ++seen.at(static_cast<std::size_t>(signal.take().si_value.sival_int));
  }
  EXPECT_EQ(seen, std::vector<int>(100, 1));
  EXPECT_FALSE(signal.is_pending());
  for (const auto& each : writes) {
    EXPECT_EQ(finish(*each), success(1));
  }
}

TEST_F(Notification, ThreadIdSendsTheSignalToThatThread) {
  PendingSignal signal(SIGUSR2);
  pid_t receiver_id = 0;
  std::atomic<bool> ready = false;
  std::thread receiver([&] {
    receiver_id = gettid();
    ready = true;
    const siginfo_t info = signal.take();
    EXPECT_EQ(info.si_code, SI_ASYNCIO);
    EXPECT_EQ(info.si_value.sival_int, 12);
    EXPECT_EQ(info.si_pid, getpid());
    EXPECT_EQ(info.si_uid, getuid());
  });
  wait_until([&] { return ready.load(); }, "the receiver's start");
  EXPECT_EQ(write_with(signal_event_to(receiver_id, SIGUSR2, 12)), success(4));
  receiver.join();
  EXPECT_FALSE(signal.is_pending());
}

TEST_F(Notification, ThreadIdOfAThreadThatHasEndedChangesNothing) {
  pid_t gone = 0;
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  std::thread([&] {
    gone = gettid();
    read.aio_sigevent = signal_event_to(gone, SIGUSR1);
    EXPECT_EQ(aio_read(&read), 0);
  }).join();
  write_all(pipe.writer, "x");
  EXPECT_EQ(finish(read), success(1));
  EXPECT_EQ(write_with(no_event()), success(4));
}

TEST_F(Notification, ZeroedSigeventIsNeitherNotificationNorError) {
  EXPECT_EQ(write_with(sigevent{}), success(4));
}

TEST_F(Notification, UnusedFieldsOfASigeventMayBeGarbage) {
  PendingSignal signal(SIGUSR1);
  sigevent none;
  std::memset(&none, 0xa5, sizeof none);
  none.sigev_notify = SIGEV_NONE;
  EXPECT_EQ(write_with(none), success(4));

  sigevent with_signal;
  std::memset(&with_signal, 0xa5, sizeof with_signal);
  with_signal.sigev_notify = SIGEV_SIGNAL;
  with_signal.sigev_signo = SIGUSR1;
  EXPECT_EQ(write_with(with_signal), success(4));
  signal.take();

  Callbacks callbacks;
  sigevent with_thread = callbacks.event();
  with_thread.sigev_signo = -1;
  EXPECT_EQ(write_with(with_thread), success(4));
  callbacks.wait_for(1);

  sigevent signal_zero;
  std::memset(&signal_zero, 0xa5, sizeof signal_zero);
  signal_zero.sigev_notify = SIGEV_SIGNAL;
  signal_zero.sigev_signo = 0;
  EXPECT_EQ(write_with(signal_zero), success(4));
}

TEST_F(Notification, SigeventMayBeChangedOnceTheCallHasReturned) {
  PendingSignal signal(SIGUSR1);
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  read.aio_sigevent = signal_event(SIGUSR1, 3);
  ASSERT_EQ(aio_read(&read), 0);
  std::memset(&read.aio_sigevent, 0xff, sizeof read.aio_sigevent);
  write_all(pipe.writer, "x");
  EXPECT_EQ(finish(read), success(1));
  EXPECT_EQ(signal.take().si_value.sival_int, 3);
}

TEST_F(Notification, NoFunctionToCallIsEinval) {
  write.aio_sigevent = thread_event(nullptr, sigval{});
  EXPECT_EQ(aio_write(&write), -1);
  EXPECT_EQ(errno, EINVAL);
}

// glibc: the write reports EAGAIN, and the signal is lost.
TEST_F(Notification, SignalThatCannotBeQueuedComesLaterAndTheResultIsTheSame) {
  PendingSignal signal(SIGRTMIN);
  Limit limit(RLIMIT_SIGPENDING, 0);
  EXPECT_EQ(write_with(signal_event(SIGRTMIN, 8)), success(4));
  EXPECT_FALSE(signal.is_pending());
  limit.lift();
  const siginfo_t info = signal.take();
  EXPECT_EQ(info.si_code, SI_ASYNCIO);
  EXPECT_EQ(info.si_value.sival_int, 8);
}

TEST_F(Notification, SignalsThatCannotBeQueuedComeLaterEachOnce) {
  PendingSignal signal(SIGRTMIN);
  Limit limit(RLIMIT_SIGPENDING, 0);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(write_with(signal_event(SIGRTMIN, i)), success(4));
  }
  limit.lift();
  unsigned seen = 0;
  for (int i = 0; i < 20; ++i) {
    seen |= 1U << signal.take().si_value.sival_int;
  }
  EXPECT_EQ(seen, 0xfffffU);
  EXPECT_FALSE(signal.is_pending());
}

// How much of RLIMIT_SIGPENDING is used: by all processes of the user, who share it.
rlim_t signals_queued() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigQ:")) {
      return std::stoul(line.substr(std::string_view("SigQ:").size()));
    }
  }
  return 0;
}

TEST_F(Notification, SignalsBeyondAFullQueueComeAsTheProgramTakesThem) {
  PendingSignal signal(SIGRTMIN);
  const Limit limit(RLIMIT_SIGPENDING, signals_queued() + 4);
  unsigned seen = 0;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(write_with(signal_event(SIGRTMIN, i)), success(4));
  }
  for (int i = 0; i < 20; ++i) {
    seen |= 1U << signal.take().si_value.sival_int;
  }
  EXPECT_EQ(seen, 0xfffffU);
}

TEST_F(Notification, ListSignalThatCannotBeQueuedComesLater) {
  PendingSignal signal(SIGRTMIN);
  Limit limit(RLIMIT_SIGPENDING, 0);
  aiocb* const list[] = {&write};
  sigevent event = signal_event(SIGRTMIN, 6);
  EXPECT_EQ(list_io(LIO_NOWAIT, list, &event), 0);
  EXPECT_EQ(finish(write), success(4));
  limit.lift();
  EXPECT_EQ(signal.take().si_value.sival_int, 6);
}

TEST_F(Notification, EmptyListsSignalThatCannotBeQueuedComesLater) {
  PendingSignal signal(SIGRTMIN);
  Limit limit(RLIMIT_SIGPENDING, 0);
  sigevent event = signal_event(SIGRTMIN, 6);
  EXPECT_EQ(list_io(LIO_NOWAIT, {}, &event), 0);
  EXPECT_FALSE(signal.is_pending());
  limit.lift();
  EXPECT_EQ(signal.take().si_value.sival_int, 6);
}

TEST_F(Notification, SignalThatCannotBeQueuedDoesNotHoldUpACallback) {
  PendingSignal signal(SIGRTMIN);
  Callbacks callbacks;
  Limit limit(RLIMIT_SIGPENDING, 0);
  EXPECT_EQ(write_with(signal_event(SIGRTMIN)), success(4));
  EXPECT_EQ(write_with(callbacks.event()), success(4));
  callbacks.wait_for(1);
  limit.lift();
  signal.take();
}

}  // namespace
}  // namespace aiox::test
