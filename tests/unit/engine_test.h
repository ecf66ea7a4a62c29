// SPDX-License-Identifier: MIT
//
// An engine over the gate, a notifier that records, and aiocbs on a temporary file.
#pragma once

#include <aio.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "support/gate.h"
#include "support/patience.h"
#include "sys/aiocb.h"

namespace aiox::test {

/// Records what it delivers: the letters that stand in sigev_value.
class RecordingNotifier final : public notify::Notifier {
 public:
  int prepare(const sigevent& event, Notice*& notice) noexcept override {
    if (before_prepare) {
      before_prepare();
    }
    notice = nullptr;
    if (event.sigev_notify == SIGEV_NONE) {
      return 0;
    }
    if (event.sigev_notify != SIGEV_SIGNAL) {
      return EINVAL;
    }
    notice = store_.take(Notice::Kind::kSignal);
    notice->value = event.sigev_value;
    const std::lock_guard lock(mutex_);
    ++alive_;
    return 0;
  }

  void deliver(Notice& notice, const sys::SignalsBlocked& /*proof*/) noexcept override {
    if (before_deliver) {
      before_deliver();
    }
    const std::lock_guard lock(mutex_);
    if (!muted_) {
      (keeps_ ? kept_ : told_) += static_cast<char>(notice.value.sival_int);
    }
    give_back(notice);
  }

  void discard(Notice& notice) noexcept override {
    const std::lock_guard lock(mutex_);
    give_back(notice);
  }

  bool owes() const noexcept override {
    const std::lock_guard lock(mutex_);
    return !kept_.empty();
  }

  void mute(bool muted) noexcept override {
    const std::lock_guard lock(mutex_);
    muted_ = muted;
  }

  void retry(const sys::SignalsBlocked& /*proof*/) noexcept override {
    const std::lock_guard lock(mutex_);
    told_ += kept_;
    kept_.clear();
  }

  /// From now on nothing can be told at once.
  void keep_everything() {
    const std::lock_guard lock(mutex_);
    keeps_ = true;
  }

  std::string told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  void wait_told(const std::string& names) {
    wait_until([&] { return told() == names; }, ("notification of " + names).c_str());
  }

  void wait_muted() const {
    wait_until(
        [&] {
          const std::lock_guard lock(mutex_);
          return muted_;
        },
        "exit to begin");
  }

  /// Notices that were prepared and neither delivered nor discarded.
  int alive() const {
    const std::lock_guard lock(mutex_);
    return alive_;
  }

  std::function<void()> before_prepare;
  std::function<void()> before_deliver;

 private:
  void give_back(Notice& notice) {
    --alive_;
    NoticeStore::give_back(notice);
  }

  NoticeStore store_;
  mutable std::mutex mutex_;
  std::string told_;
  std::string kept_;
  bool keeps_ = false;
  bool muted_ = false;
  int alive_ = 0;
};

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    char path[] = "/tmp/aiox-unit-XXXXXX";
    fildes = ::mkstemp(path);
    ::unlink(path);
    EXPECT_GE(fildes, 0);
    config.set(sys::Option::kIdleMs, 3'600'000);
    config.set(sys::Option::kAgingMs, 3'600'000);
  }

  ~EngineTest() override {
    gate.open();
    wait_until([&] { return engine->outstanding() == 0; }, "the end of all requests");
    engine.reset();
    EXPECT_EQ(notifier.alive(), 0);
    ::close(fildes);
  }

  /// A transfer of one byte: the letter, to or from that place in the file.
  aiocb& block(char name, int reqprio = 0) {
    aiocb& made = blocks_.emplace_back();
    made.aio_fildes = fildes;
    made.aio_buf = &buffers_.emplace_back(name);
    made.aio_nbytes = 1;
    made.aio_offset = name;
    made.aio_reqprio = reqprio;
    made.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    made.aio_sigevent.sigev_value.sival_int = name;
    return made;
  }

  aiocb& submitted(char name, Opcode opcode, int reqprio = 0) {
    aiocb& made = block(name, reqprio);
    EXPECT_EQ(engine->submit(made, opcode), 0);
    return made;
  }

  int status(const aiocb& of) const {
    int status = -1;
    EXPECT_EQ(engine->status(of, status), 0);
    return status;
  }

  static ssize_t value(aiocb& of) {
    ssize_t value = -2;
    EXPECT_EQ(sys::AiocbPrivate(of).retrieve(value), 0);
    return value;
  }

  void wait_status(const aiocb& of, int expected) {
    wait_until([&] { return status(of) != EINPROGRESS; }, "the final status");
    EXPECT_EQ(status(of), expected);
  }

  int cancel(const aiocb& which) {
    int result = -1;
    EXPECT_EQ(engine->cancel(which.aio_fildes, which, result), 0);
    return result;
  }

  int cancel_all() {
    int result = -1;
    EXPECT_EQ(engine->cancel_all(fildes, result), 0);
    return result;
  }

  /// Has `workers` at most, and all of them held in the gate by reads 'A', 'B', ...
  void occupy(int workers) {
    config.set(sys::Option::kMaxWorkers, workers);
    gate.close();
    for (int i = 0; i < workers; ++i) {
      submitted(static_cast<char>('A' + i), Opcode::kRead);
    }
    gate.wait_started(static_cast<std::size_t>(workers));
  }

  int fildes = -1;
  sys::Config config;
  Gate gate;
  RecordingNotifier notifier;
  std::optional<Engine> engine{std::in_place, gate, notifier, config};

 private:
  std::deque<aiocb> blocks_;
  std::deque<char> buffers_;
};

}  // namespace aiox::test
