// SPDX-License-Identifier: MIT
//
// A notifier, sigevents of each kind, and what receives what it tells.
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <functional>
#include <utility>

#include "notify/sigevent_notifier.h"
#include "support/patience.h"

namespace aiox::test {

/// A notifier, and a signal that stays pending until the test takes it.
class SigeventNotifierTest : public testing::Test {
 protected:
  SigeventNotifierTest() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~SigeventNotifierTest() override {
    while (take() >= 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  static sigevent event(int notify, int signo = SIGRTMIN + 1, int value = 1) {
    sigevent event{};
    event.sigev_notify = notify;
    event.sigev_signo = signo;
    event.sigev_value.sival_int = value;
    return event;
  }

  static sigevent callback_event(pthread_attr_t* attributes = nullptr) {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval value) {
      (*static_cast<std::function<void()>*>(value.sival_ptr))();
    };
    event.sigev_notify_attributes = attributes;
    return event;
  }

  void deliver(const sigevent& event) {
    Notice* notice = nullptr;
    ASSERT_EQ(notifier_.prepare(event, notice), 0);
    ASSERT_NE(notice, nullptr);
    const sys::SignalsBlocked proof;
    notifier_.deliver(*notice, proof);
  }

  void retry() {
    const sys::SignalsBlocked proof;
    notifier_.retry(proof);
  }

  /// The value of the next pending signal; -1 where none is pending.
  int take(siginfo_t* info = nullptr) {
    siginfo_t taken;
    const timespec at_once{};
    if (::sigtimedwait(&set_, &taken, &at_once) == -1) {
      return -1;
    }
    if (info != nullptr) {
      *info = taken;
    }
    return taken.si_value.sival_int;
  }

  /// The value of the next signal, which has to come.
  int wait_and_take() {
    siginfo_t taken{};
    const timespec patience{.tv_sec = kPatience.count(), .tv_nsec = 0};
    return ::sigtimedwait(&set_, &taken, &patience) == -1 ? -1 : taken.si_value.sival_int;
  }

  /// No signal can be queued until make_room() is called.
  void let_queue_be_full() {
    ASSERT_EQ(::getrlimit(RLIMIT_SIGPENDING, &room_), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = room_.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_SIGPENDING, &none), 0);
  }
  void make_room() { ASSERT_EQ(::setrlimit(RLIMIT_SIGPENDING, &room_), 0); }

  /// Runs `body` in a callback thread and waits for its end.
  void call_back(std::function<void()> body, pthread_attr_t* attributes = nullptr) {
    std::atomic<bool> done = false;
    std::function<void()> whole = [&] {
      body();
      done = true;
    };
    sigevent event = callback_event(attributes);
    event.sigev_value.sival_ptr = &whole;
    deliver(event);
    wait_until([&] { return done.load(); }, "the callback");
  }

  notify::SigeventNotifier notifier_;
  sigset_t set_;
  sigset_t before_;
  rlimit room_{};
};

}  // namespace aiox::test
