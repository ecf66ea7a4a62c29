// SPDX-License-Identifier: MIT
//
// Who closes may be in a handler that has interrupted malloc(), fork() or pthread_create(): it
// creates no thread, and waits for nobody who does.
#include <aio.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "gate_test.h"
#include "support/child.h"
#include "sys/stays.h"
#include "thread_creation.h"

namespace aiox::test {
namespace {

constexpr const char* kLong = "600000";  // no healthy run takes that long

/// The whole of it at offset 2, which is where 'C' has its place.
constexpr off_t place_of(char name) { return name - 'A'; }

class CloserTest : public GateTest {
 protected:
  int another_number() const { return ::dup(file); }

  /// A worker has done the write 'A' on that descriptor and cannot get on, as it tells of it on a
  /// thread with attributes that is being created for ever.
  void hold_a_worker_that_tells(int fildes) {
    limit_workers(1);
    write('A', {.event = callbacks_.event(&default_attributes()), .fildes = fildes});
    gate.wait_started(1);
    threads.hold();
    gate.let_go('A');
    wait_until([] { return ThreadCreation::held() == 1; }, "the worker to create a thread");
  }

  /// So that it can end.
  void release_the_worker() {
    threads.let_go();
    gate.open();
    callbacks_.wait_for(1);
  }

  char byte_of(char name) const { return file.content()[static_cast<std::size_t>(place_of(name))]; }

  ThreadCreation threads;
  Callbacks callbacks_;
};

using Closer = CloserTest;

TEST_F(Closer, CreatesNoThreadForACallbackWhichIsMadeAllTheSame) {
  for (const bool has_attributes : {false, true}) {
    const Ends ends = make_unix_sockets();
    const int fildes = ::dup(ends.reader);
    Callbacks callbacks;
    Transfer parked = read_of(fildes, 1);
    parked.aio_sigevent = callbacks.event(has_attributes ? &default_attributes() : nullptr);
    ASSERT_EQ(aio_read(&parked), 0);
    const std::size_t before = ThreadCreation::asked_for_here();
    ASSERT_EQ(::close(fildes), 0);
    EXPECT_EQ(ThreadCreation::asked_for_here(), before);
    EXPECT_EQ(outcome_of(parked), failure(ECANCELED));
    callbacks.wait_for(1);
  }
}

TEST_F(Closer, CreatesNoThreadForManyCallbacksAtOnceWhichAreAllMade) {
  constexpr int kMany = 200;
  const Ends ends = make_unix_sockets();
  const int fildes = ::dup(ends.reader);
  Callbacks callbacks;
  std::deque<Transfer> parked;
  for (int i = 0; i < kMany; ++i) {
    Transfer& read = parked.emplace_back(fildes, std::size_t{1}, 0);
    read.aio_sigevent = callbacks.event();
    ASSERT_EQ(aio_read(&read), 0);
  }
  const std::size_t before = ThreadCreation::asked_for_here();
  ASSERT_EQ(::close(fildes), 0);
  EXPECT_EQ(ThreadCreation::asked_for_here(), before);
  callbacks.wait_for(kMany);
  EXPECT_EQ(callbacks.count(), std::size_t{kMany});
}

TEST_F(Closer, IsNotHeldUpByAWorkerThatTells) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  hold_a_worker_that_tells(fildes);
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(byte_of('A'), 'A');
  EXPECT_EQ(ThreadCreation::held(), 1U);
  release_the_worker();
}

TEST_F(Closer, CarriesOutWhatIsQueuedBehindAWorkerThatTells) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  hold_a_worker_that_tells(fildes);
  gate.open();
  Transfer& one = write('B', {.fildes = fildes});
  Transfer& other = write('C', {.fildes = fildes});
  Transfer& last = sync({.fildes = fildes});
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(one), success(1));
  EXPECT_EQ(outcome_of(other), success(1));
  EXPECT_EQ(outcome_of(last), success(0));
  EXPECT_EQ(byte_of('B'), 'B');
  EXPECT_EQ(byte_of('C'), 'C');
  EXPECT_EQ(ThreadCreation::held(), 1U);
  release_the_worker();
}

TEST_F(Closer, CarriesOutAppendedWritesInTheirOrder) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const TempFile log("", O_APPEND);
  const int fildes = ::dup(log);
  const int held = another_number();
  hold_a_worker_that_tells(held);
  gate.open();
  for (const char name : {'B', 'C', 'D', 'E'}) {
    write(name, {.fildes = fildes});
  }
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(log.content(), "BCDE");
  release_the_worker();
}

TEST_F(Closer, CarriesOutWhatItsSyncWaitsForOnAnotherDescriptor) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int held = another_number();
  const int synced = another_number();
  hold_a_worker_that_tells(held);
  gate.open();
  Transfer& covered = write('B');
  Transfer& last = sync({.fildes = synced});
  EXPECT_EQ(::close(synced), 0);
  EXPECT_EQ(outcome_of(last), success(0));
  EXPECT_EQ(outcome_of(covered), success(1));
  release_the_worker();
}

TEST_F(Closer, IsNotHeldUpByASubmitterThatCreatesAWorker) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  hold_the_only_worker();
  Transfer& queued = write('B', {.fildes = fildes});
  std::atomic<bool> may_submit = false;
  std::thread submitter([&] {
    may_submit.wait(false);
    limit_workers(2);
  });
  threads.hold();
  may_submit = true;
  may_submit.notify_all();
  wait_until([] { return ThreadCreation::held() == 1; }, "a worker to be created");
  gate.let_go('B');
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(queued), success(1));
  EXPECT_EQ(byte_of('B'), 'B');
  threads.let_go();
  submitter.join();
}

TEST_F(Closer, SeesNoSignalOfAWriteThatItCarriesOut) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  const HandledSignal handled(SIGXFSZ);
  hold_a_worker_that_tells(fildes);
  gate.open();
  Transfer& beyond = write('C', {.fildes = fildes});
  const Limit limit(RLIMIT_FSIZE, 1);
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(beyond), failure(EFBIG));
  EXPECT_EQ(handled.count(), 0);
  release_the_worker();
}

TEST_F(Closer, DoesNotCarryOutWhatAWorkerWillBeThereFor) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  hold_the_only_worker();
  Transfer& kept = write('B', {.fildes = fildes});
  Transfer& cancelled = read('C', {.fildes = fildes});
  std::atomic<bool> is_closed = false;
  std::thread closing([&] {
    EXPECT_EQ(::close(fildes), 0);
    is_closed = true;
  });
  wait_until([&] { return aio_error(&cancelled) == ECANCELED; }, "the close to begin");
  EXPECT_EQ(gate.started(), ".");
  EXPECT_FALSE(is_closed);
  gate.open();
  closing.join();
  EXPECT_EQ(outcome_of(kept), success(1));
  EXPECT_EQ(gate.started(), ".B");
}

/// Closes the number beside callbacks without end, each of which takes a new thread. How long the
/// longest call took that creates threads.
std::chrono::nanoseconds close_beside_creations(int fildes) {
  const Ends ends = make_unix_sockets();
  std::atomic<bool> is_closed = false;
  std::chrono::nanoseconds longest{0};
  std::thread busy([&] {
    Callbacks callbacks;
    for (std::size_t told = 1; !is_closed; ++told) {
      Transfer parked = read_of(ends.reader, 1);
      parked.aio_sigevent = callbacks.event(&default_attributes());
      const auto begin = std::chrono::steady_clock::now();
      EXPECT_EQ(aio_read(&parked), 0);
      EXPECT_EQ(aio_cancel(ends.reader, &parked), AIO_CANCELED);
      longest =
          std::max(longest, std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin));
      callbacks.wait_for(told);
    }
  });
  EXPECT_EQ(::close(fildes), 0);
  is_closed = true;
  busy.join();
  return longest;
}

// Until none of the creations has waited for a processor for so long that it is one that is held
// up.
TEST_F(Closer, DoesNotTakeBusynessForBeingHeldUp) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", "500"}})) return;
  hold_the_only_worker();
  gate.let_go('B');  // where it is carried out
  Transfer* queued = nullptr;
  std::string started;
  std::chrono::nanoseconds longest{0};
  do {
    const int fildes = another_number();
    queued = &write('B', {.fildes = fildes});
    started = gate.started();
    longest = close_beside_creations(fildes);
  } while (longest >= std::chrono::nanoseconds(sys::Stays::kPeriod));
  EXPECT_EQ(outcome_of(*queued), failure(ECANCELED));
  EXPECT_EQ(gate.started(), started);
}

TEST_F(Closer, AtExitCarriesOutWritesAlsoInAThreadThatIsCancelled) {
  if (!in_environment({{"AIOX_EXIT_TIMEOUT_MS", kLong}})) return;
  static int copy = ::dup(file);
  // Before the first request, so it runs when the library is through.
  std::atexit([] {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
    char byte = 0;
    end_child(::pread(copy, &byte, 1, place_of('B')) == 1 && byte == 'B' ? 0 : 1);
  });
  hold_a_worker_that_tells(another_number());
  gate.open();
  write('B', {.fildes = copy});
  pthread_cancel(pthread_self());
  std::exit(2);
}

TEST_F(Closer, AtExitIsNotHeldUpEither) {
  if (!in_environment({{"AIOX_EXIT_TIMEOUT_MS", kLong}})) return;
  static int copy = ::dup(file);
  static Transfer* const last = new Transfer(copy, "B", place_of('B'));
  // Before the first request, so it runs when the library is through.
  std::atexit([] {
    char byte = 0;
    const bool is_written = ::pread(copy, &byte, 1, place_of('B')) == 1 && byte == 'B';
    end_child(is_written && aio_error(last) == 0 && ThreadCreation::held() == 1 ? 0 : 1);
  });
  hold_a_worker_that_tells(another_number());
  gate.open();
  ASSERT_EQ(aio_write(last), 0);
  std::exit(2);
}

}  // namespace
}  // namespace aiox::test
