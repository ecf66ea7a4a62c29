// SPDX-License-Identifier: MIT
#include "io/readiness.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "injection.h"
#include "support/descriptors.h"
#include "support/patience.h"
#include "support/process.h"

namespace aiox::io {
namespace {

using test::Ends;
using test::wait_until;

class ReadinessTest : public testing::Test, public ReadinessListener {
 protected:
  using Event = std::pair<int, Interests>;

  ReadinessTest() { config.set(sys::Option::kIdleMs, 1); }

  // While the thread may still ask the listener, that is, this.
  void TearDown() override { readiness.reset(); }

  void ready(int fildes, Interests interests,
             const sys::SignalsBlocked& /*proof*/) noexcept override {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(fildes, interests);
    readiness->consume();
  }

  bool owes() const noexcept override { return debts > 0; }
  void tidy(const sys::SignalsBlocked& /*proof*/) noexcept override { ++visits; }

  void lost(const sys::SignalsBlocked& /*proof*/) noexcept override {
    const std::lock_guard lock(mutex_);
    ++losses_;
    readiness->consume();
  }

  int losses() {
    const std::lock_guard lock(mutex_);
    return losses_;
  }

  std::vector<Event> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

  void expect_events(const std::vector<Event>& expected) {
    wait_until([&] { return events().size() >= expected.size(); }, "an event");
    EXPECT_EQ(events(), expected);
  }

  void watch(int fildes, Interests interests) {
    EXPECT_EQ(readiness->watch(fildes, interests, kNone), 0);
    EXPECT_TRUE(readiness->kick(proof));
  }

  static std::size_t threads() { return test::threads_named("aiox/readiness").size(); }

  sys::SignalsBlocked proof;
  sys::Config config;
  std::optional<Readiness> readiness{std::in_place, *this, config};
  std::atomic<int> debts = 0;
  std::atomic<int> visits = 0;

 private:
  std::mutex mutex_;
  std::vector<Event> events_;
  int losses_ = 0;
};

TEST_F(ReadinessTest, WithoutAnythingWatchedHasNeitherThreadNorDescriptor) {
  const int next = test::closed_descriptor();
  EXPECT_EQ(threads(), 0U);
  readiness.emplace(*this, config);
  EXPECT_EQ(test::closed_descriptor(), next);
}

TEST_F(ReadinessTest, TellsOfWhatCanBeRead) {
  const Ends pipe = test::make_pipe();
  watch(pipe.reader, kReadable);
  test::write_all(pipe.writer, "x");
  expect_events({{pipe.reader, kReadable}});
}

TEST_F(ReadinessTest, TellsOfRoomToWrite) {
  const Ends pipe = test::make_pipe();
  test::fill(pipe.writer);
  watch(pipe.writer, kWritable);
  test::read_exactly(pipe.reader, 65'536);
  expect_events({{pipe.writer, kWritable}});
}

TEST_F(ReadinessTest, TellsOfAPeerThatIsGone) {
  Ends pipe = test::make_pipe();
  watch(pipe.reader, kReadable);
  pipe.writer.close();
  wait_until([&] { return !events().empty(); }, "an event");
  EXPECT_EQ(events().front(), Event(pipe.reader, kBroken));
}

TEST_F(ReadinessTest, TellsOnceAndAgainWhenWatchedAgain) {
  const Ends pipe = test::make_pipe();
  test::write_all(pipe.writer, "x");
  watch(pipe.reader, kReadable);
  expect_events({{pipe.reader, kReadable}});
  const Ends other = test::make_pipe();
  test::write_all(other.writer, "x");
  watch(other.reader, kReadable);
  expect_events({{pipe.reader, kReadable}, {other.reader, kReadable}});
  watch(pipe.reader, kReadable);
  expect_events({{pipe.reader, kReadable}, {other.reader, kReadable}, {pipe.reader, kReadable}});
}

TEST_F(ReadinessTest, WatchesForMoreThanItDidBefore) {
  const Ends sockets = test::make_unix_sockets();
  test::fill(sockets.writer);
  watch(sockets.writer, kWritable);
  EXPECT_EQ(readiness->watch(sockets.writer, kReadable | kWritable, kWritable), 0);
  test::write_all(sockets.reader, "x");
  expect_events({{sockets.writer, kReadable}});
}

TEST_F(ReadinessTest, ForgetsWhatItIsNotToWatch) {
  const Ends pipe = test::make_pipe();
  const Ends other = test::make_pipe();
  watch(pipe.reader, kReadable);
  readiness->forget(pipe.reader);
  watch(other.reader, kReadable);
  test::write_all(pipe.writer, "x");
  test::write_all(other.writer, "x");
  expect_events({{other.reader, kReadable}});
}

TEST_F(ReadinessTest, CannotWatchAFileThatNeverWaits) {
  const test::TempFile file;
  EXPECT_EQ(readiness->watch(file, kReadable, kNone), EPERM);
  const test::Descriptor null = test::open_path("/dev/null", 0);
  EXPECT_EQ(readiness->watch(null, kReadable, kNone), EPERM);
  EXPECT_EQ(readiness->watch(test::closed_descriptor(), kReadable, kNone), EBADF);
}

TEST_F(ReadinessTest, HasOneThreadThatLeavesWhenNothingIsWatched) {
  const Ends pipe = test::make_pipe();
  const Ends other = test::make_pipe();
  watch(pipe.reader, kReadable);
  watch(other.reader, kReadable);
  wait_until([] { return threads() == 1; }, "the thread's name");
  readiness->forget(pipe.reader);
  readiness->forget(other.reader);
  wait_until([] { return threads() == 0; }, "the end of the thread");
}

TEST_F(ReadinessTest, ComesByWhileSomethingIsOwedAndDoesNotLeaveMeanwhile) {
  const Ends pipe = test::make_pipe();
  debts = 1;
  watch(pipe.reader, kReadable);
  readiness->forget(pipe.reader);
  wait_until([&] { return visits > 3; }, "some visits");
  EXPECT_EQ(threads(), 1U);
  debts = 0;
  wait_until([] { return threads() == 0; }, "the end of the thread");
}

TEST_F(ReadinessTest, StaysWhileSomethingIsWatchedHoweverLongThatTakes) {
  const Ends pipe = test::make_pipe();
  watch(pipe.reader, kReadable);
  for (int i = 0; i < 20; ++i) {  // each with an idle time of its own
    Readiness other(*this, config);
    EXPECT_TRUE(other.kick(proof));
  }
  test::write_all(pipe.writer, "x");
  expect_events({{pipe.reader, kReadable}});
}

TEST_F(ReadinessTest, SaysWhenNoThreadCanBeHad) {
  const Ends pipe = test::make_pipe();
  EXPECT_EQ(readiness->watch(pipe.reader, kReadable, kNone), 0);
  {
    const test::ThreadsFail none;
    EXPECT_FALSE(readiness->kick(proof));
  }
  EXPECT_TRUE(readiness->kick(proof));
  test::write_all(pipe.writer, "x");
  expect_events({{pipe.reader, kReadable}});
}

TEST_F(ReadinessTest, TellsOnceWhenItsSetWasClosedAndThenHasAnotherOne) {
  const Ends pipe = test::make_pipe();
  watch(pipe.reader, kReadable);
  const int set = readiness->descriptor();
  test::close_unseen(set);
  wait_until([&] { return losses() > 0; }, "the loss");
  wait_until([] { return threads() == 0; }, "the thread's end");
  EXPECT_EQ(losses(), 1);
  watch(pipe.reader, kReadable);
  test::write_all(pipe.writer, "x");
  expect_events({{pipe.reader, kReadable}});
}

TEST_F(ReadinessTest, LeavesTheProgramsDescriptorWhereItsSetWas) {
  const Ends pipe = test::make_pipe();
  watch(pipe.reader, kReadable);
  const int set = readiness->descriptor();
  test::replace_unseen(pipe.writer, set);
  wait_until([&] { return losses() > 0; }, "the loss");
  readiness.reset();
  EXPECT_EQ(::close(set), 0);
}

TEST_F(ReadinessTest, LeavesWhenItsSetIsLostAndThereCanBeNoOther) {
  const Ends pipe = test::make_pipe();
  watch(pipe.reader, kReadable);
  const int set = readiness->descriptor();
  const test::Limit none(RLIMIT_NOFILE, 0);
  test::close_unseen(set);
  wait_until([&] { return losses() > 0; }, "the loss");
  readiness.reset();  // which waits for the thread
}

TEST_F(ReadinessTest, LosesNoEventWhileItsThreadComesAndGoes) {
  config.set(sys::Option::kIdleMs, 0);
  const Ends pipe = test::make_pipe();
  for (std::size_t i = 0; i < 500; ++i) {
    watch(pipe.reader, kReadable);
    test::write_all(pipe.writer, "x");
    wait_until([&] { return events().size() == i + 1; }, "an event");
    test::read_exactly(pipe.reader, 1);
  }
}

}  // namespace
}  // namespace aiox::io
