// SPDX-License-Identifier: MIT
//
// The calls that end a descriptor, while its requests are held where the test wants them.
#include <aio.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "gate_test.h"

namespace aiox::test {
namespace {

using namespace std::chrono_literals;

// No healthy run takes that long, and no time-out of a test is as long.
constexpr const char* kLong = "600000";

/// Ends a descriptor on a thread of its own.
class Closing {
 public:
  template <typename Call>
  explicit Closing(Call call)
      : thread_([this, call] {
          result_ = call();
          is_over_ = true;
        }) {}
  ~Closing() { join(); }
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;

  bool is_over() const { return is_over_; }
  int result() {
    join();
    return result_;
  }

 private:
  void join() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  std::atomic<int> result_ = -2;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

class CloseTest : public GateTest {
 protected:
  /// The fixture's file under one more number, which the test is to end.
  int another_number() const { return ::dup(file); }

  /// Waits until a close of that number has begun: then nothing can be submitted on it.
  void wait_until_refused(int fildes) {
    gate.let_go('?');
    wait_until(
        [=] {
          Transfer probe = write_of(fildes, "?");
          const bool refused = aio_read(&probe) == -1 && errno == EBADF;
          if (!refused) {
            finish(probe);
          }
          return refused;
        },
        "submissions to be refused");
  }
};

using Close = CloseTest;

TEST_F(Close, CancelsAQueuedReadAndTellsOfIt) {
  PendingSignal signal(SIGUSR1);
  hold_the_only_worker();
  const int fildes = another_number();
  Transfer& queued = read('A', {.event = signal_event(SIGUSR1, 7), .fildes = fildes});
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
  EXPECT_EQ(signal.take().si_value.sival_int, 7);
  EXPECT_EQ(order_of_start(), ".");
}

TEST_F(Close, CarriesOutQueuedWritesAndSyncsFirst) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  hold_the_only_worker();
  const int fildes = another_number();
  Transfer& first = write('A', {.fildes = fildes});
  Transfer& second = write('B', {.fildes = fildes});
  Transfer& last = sync({.fildes = fildes});
  Closing closing([=] { return ::close(fildes); });
  EXPECT_FALSE(closing.is_over());
  gate.open();
  EXPECT_EQ(closing.result(), 0);
  EXPECT_EQ(outcome_of(first), success(1));
  EXPECT_EQ(outcome_of(second), success(1));
  EXPECT_EQ(outcome_of(last), success(0));
  EXPECT_EQ(file.content().substr(0, 3), "AB.");
}

TEST_F(Close, CancelsQueuedWritesAndSyncsWhereTheEnvironmentSaysSo) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}, {"AIOX_CLOSE", "cancel"}})) return;
  hold_the_only_worker();
  const int fildes = another_number();
  Transfer& queued = write('A', {.fildes = fildes});
  Transfer& last = sync({.fildes = fildes});
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
  EXPECT_EQ(outcome_of(last), failure(ECANCELED));
}

TEST_F(Close, WaitsForARunningWriteAlsoWhereTheEnvironmentSaysCancel) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}, {"AIOX_CLOSE", "cancel"}})) return;
  const int fildes = another_number();
  Transfer& running = write('A', {.fildes = fildes});
  gate.wait_started(1);
  Closing closing([=] { return ::close(fildes); });
  wait_until_refused(fildes);
  EXPECT_EQ(aio_error(&running), EINPROGRESS);
  EXPECT_FALSE(closing.is_over());
  gate.open();
  EXPECT_EQ(closing.result(), 0);
  EXPECT_EQ(outcome_of(running), success(1));
}

TEST_F(Close, WaitsForARunningReadOfAFile) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  Transfer& running = read('A', {.fildes = fildes});
  gate.wait_started(1);
  Closing closing([=] { return ::close(fildes); });
  wait_until_refused(fildes);
  EXPECT_FALSE(closing.is_over());
  gate.open();
  EXPECT_EQ(closing.result(), 0);
  EXPECT_EQ(outcome_of(running), success(1));
}

TEST_F(Close, RefusesSubmissionsWhileItLastsAndNotAfterwards) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  write('A', {.fildes = fildes});
  gate.wait_started(1);
  Closing closing([&] { return ::dup2(spare, fildes); });
  wait_until_refused(fildes);
  Transfer refused = write_of(fildes, "B");
  refused.aio_sigevent = signal_event(SIGKILL);
  EXPECT_EQ(aio_write(&refused), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(aio_error(&refused), EBADF);
  EXPECT_EQ(aio_fsync(O_SYNC, &refused), -1);
  EXPECT_EQ(errno, EBADF);
  gate.open();
  EXPECT_EQ(closing.result(), fildes);
  EXPECT_EQ(write_in_passing(fildes, "C"), success(1));
  EXPECT_EQ(spare.content()[0], 'C');
  ::close(fildes);
}

TEST_F(Close, LeavesTheRequestsOfAnotherNumberOfTheFileAlone) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  hold_the_only_worker();
  const int fildes = another_number();
  Transfer& cancelled = read('A', {.fildes = fildes});
  Transfer& kept = read('B');
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(cancelled), failure(ECANCELED));
  EXPECT_EQ(aio_error(&kept), EINPROGRESS);
  gate.open();
  EXPECT_EQ(finish(kept), success(1));
}

TEST_F(Close, KeepsTheOrderOfAppendedWrites) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const TempFile log("", O_APPEND);
  const int fildes = ::dup(log);
  for (const char name : {'A', 'B', 'C', 'D'}) {
    write(name, {.fildes = fildes});
  }
  gate.wait_started(1);
  Closing closing([=] { return ::close(fildes); });
  gate.open();
  EXPECT_EQ(closing.result(), 0);
  EXPECT_EQ(log.content(), "ABCD");
}

// D8: glibc's worker writes to whatever has the number by then.
TEST_F(Close, OfAReusedNumberHasWrittenToTheRightFile) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  hold_the_only_worker();
  const int fildes = another_number();
  Transfer& queued = write('A', {.fildes = fildes});
  Closing closing([&] { return ::dup2(spare, fildes); });
  gate.open();
  EXPECT_EQ(closing.result(), fildes);
  EXPECT_EQ(outcome_of(queued), success(1));
  EXPECT_EQ(file.content()[0], 'A');
  EXPECT_EQ(spare.content()[0], '.');
  ::close(fildes);
}

TEST_F(Close, IsBoundedByItsTimeAndThenCancelsWhatHasNotStarted) {
  limit_workers(1);
  const int fildes = another_number();
  Transfer& running = write('A', {.fildes = fildes});
  gate.wait_started(1);
  Transfer& queued = write('B', {.fildes = fildes});
  Transfer& last = sync({.fildes = fildes});
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(queued), failure(ECANCELED));
  EXPECT_EQ(outcome_of(last), failure(ECANCELED));
  EXPECT_EQ(aio_error(&running), EINPROGRESS);
}

TEST_F(Close, WaitsAsLongAsItsTimeSays) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", "50"}})) return;
  const int fildes = another_number();
  write('A', {.fildes = fildes});
  gate.wait_started(1);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 50ms);
}

TEST_F(Close, DoesNotLetAbandonedRequestsHoldUpANewFileOfThatNumber) {
  const int fildes = another_number();
  Transfer& abandoned = write('A', {.fildes = fildes});
  gate.wait_started(1);
  ASSERT_EQ(::dup2(spare, fildes), fildes);
  gate.let_go('B');
  gate.let_go('s');
  EXPECT_EQ(finish(write('B', {.fildes = fildes})), success(1));
  EXPECT_EQ(finish(sync({.fildes = fildes})), success(0));
  EXPECT_EQ(aio_cancel(fildes, nullptr), AIO_ALLDONE);
  EXPECT_EQ(aio_error(&abandoned), EINPROGRESS);
  EXPECT_EQ(::close(fildes), 0);
}

TEST_F(Close, CompletesAnAbandonedRequestOnceWithItsNotification) {
  const int fildes = another_number();
  Callbacks callbacks;
  Transfer& abandoned = write('A', {.event = callbacks.event(), .fildes = fildes});
  gate.wait_started(1);
  gate.answer('A', Result::success(1));
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(callbacks.count(), 0U);
  gate.open();
  callbacks.wait_for(1);
  EXPECT_EQ(outcome_of(abandoned), success(1));
  wait_for_quiet();
  EXPECT_EQ(callbacks.count(), 1U);
}

TEST_F(Close, MakesASyncThatCoversAnAbandonedWriteFail) {
  const int fildes = another_number();
  write('A', {.fildes = fildes});
  gate.wait_started(1);
  Transfer& covering = sync();
  EXPECT_EQ(::close(fildes), 0);
  EXPECT_EQ(outcome_of(covering), failure(ETIMEDOUT));
}

TEST_F(Close, LetsASyncThroughAnotherDescriptorCoverTheWrite) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  Transfer& covered = write('A', {.fildes = fildes});
  gate.wait_started(1);
  Closing closing([=] { return ::close(fildes); });
  wait_until_refused(fildes);
  Transfer& covering = sync();
  gate.let_go('s');
  EXPECT_EQ(aio_error(&covering), EINPROGRESS);
  EXPECT_EQ(gate.started().find('s'), std::string::npos);
  gate.let_go('A');
  EXPECT_EQ(closing.result(), 0);
  EXPECT_EQ(finish(covered), success(1));
  EXPECT_EQ(finish(covering), success(0));
}

TEST_F(Close, WaitsForASyncThatWaitsForAWriteOfAnotherDescriptor) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  Transfer& elsewhere = write('A');
  Transfer& here = sync({.fildes = fildes});
  Closing closing([=] { return ::close(fildes); });
  wait_until_refused(fildes);
  EXPECT_FALSE(closing.is_over());
  gate.open();
  EXPECT_EQ(closing.result(), 0);
  EXPECT_EQ(outcome_of(here), success(0));
  EXPECT_EQ(finish(elsewhere), success(1));
}

TEST_F(Close, OfTwoThreadsThatCloseEachOthersDescriptorsDoesNotDeadlock) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int one = another_number();
  const int other = another_number();
  for (const int fildes : {one, other}) {
    write('A', {.fildes = fildes});
    sync({.fildes = fildes});
  }
  gate.wait_started(2);
  Closing first([=] { return ::dup2(one, other); });
  Closing second([=] { return ::dup2(other, one); });
  gate.open();
  EXPECT_EQ(first.result(), other);
  EXPECT_EQ(second.result(), one);
  ::close(one);
  ::close(other);
}

TEST_F(Close, OfOneNumberByTwoThreadsEndsBoth) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = another_number();
  write('A', {.fildes = fildes});
  gate.wait_started(1);
  Closing first([=] { return ::close(fildes); });
  Closing second([=] { return ::close(fildes); });
  gate.open();
  EXPECT_EQ(first.result() + second.result(), -1);
}

TEST_F(Close, DoesNotWaitForARunningReadOfATerminal) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const Ends ends = make_pty();
  Transfer running = read_of(ends.reader, 1);
  ASSERT_EQ(aio_read(&running), 0);
  write_all(ends.writer, "x");
  gate.wait_started(1);
  gate.answer(gate.started()[0], Result::success(1));
  ASSERT_EQ(::dup2(spare, ends.reader), static_cast<int>(ends.reader));
  EXPECT_EQ(aio_error(&running), EINPROGRESS);
  gate.let_go('B');
  EXPECT_EQ(finish(write('B', {.fildes = ends.reader})), success(1));
  gate.open();
  EXPECT_EQ(finish(running), success(1));
}

TEST_F(Close, FromACallbackCarriesOutWhatIsQueued) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  limit_workers(1);
  const int fildes = another_number();
  int result = -2;
  Callbacks callbacks([&] { result = ::close(fildes); });
  write('A', {.event = callbacks.event(), .fildes = fildes});
  gate.wait_started(1);
  Transfer& queued = write('B', {.fildes = fildes});
  gate.open();
  callbacks.wait_for(1);
  EXPECT_EQ(result, 0);
  EXPECT_EQ(outcome_of(queued), success(1));
}

TEST_F(Close, ActsOnAPendingCancellationOfItsThreadBeforeAnythingElse) {
  hold_the_only_worker();
  int fildes = another_number();
  Transfer& queued = read('A', {.fildes = fildes});
  const auto cancelled_close = [](void* number) -> void* {
    pthread_cancel(pthread_self());
    ::close(*static_cast<int*>(number));
    return nullptr;
  };
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, cancelled_close, &fildes), 0);
  void* result = nullptr;
  pthread_join(thread, &result);
  EXPECT_EQ(result, PTHREAD_CANCELED);
  EXPECT_NE(::fcntl(fildes, F_GETFD), -1);
  EXPECT_EQ(aio_error(&queued), EINPROGRESS);
  EXPECT_EQ(::close(fildes), 0);
}

TEST_F(Close, IsNotCutShortByACancellationOnceItHasBegun) {
  if (!in_environment({{"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  int fildes = another_number();
  write('A', {.fildes = fildes});
  gate.wait_started(1);
  const auto close_it = [](void* number) -> void* {
    ::close(*static_cast<int*>(number));
    return nullptr;
  };
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, close_it, &fildes), 0);
  wait_until_refused(fildes);
  pthread_cancel(thread);
  gate.open();
  pthread_join(thread, nullptr);
  EXPECT_EQ(::fcntl(fildes, F_GETFD), -1);
}

}  // namespace
}  // namespace aiox::test
