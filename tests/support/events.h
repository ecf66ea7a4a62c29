// SPDX-License-Identifier: MIT
//
// The kinds of sigevent, and what receives them.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace aiox::test {

sigevent no_event();
sigevent signal_event(int signo, int value = 0);
sigevent signal_event_to(pid_t thread, int signo, int value = 0);
sigevent thread_event(void (*function)(sigval), sigval value, pthread_attr_t* attributes = nullptr);

/// Attributes that ask for a detached thread. They live for ever: who creates a thread may still
/// read them while the thread runs.
pthread_attr_t& default_attributes();

/// A signal that the calling thread, and the threads it starts, leave pending until it is taken.
class PendingSignal {
 public:
  explicit PendingSignal(int signo);
  ~PendingSignal();
  PendingSignal(const PendingSignal&) = delete;
  PendingSignal& operator=(const PendingSignal&) = delete;

  /// The next one, which has to come.
  siginfo_t take();

  /// Whether one is pending now.
  bool is_pending() const;

 private:
  int signo_;
  sigset_t before_;
};

/// A handler of the process, that counts and may do something itself. One for each signal.
class HandledSignal {
 public:
  explicit HandledSignal(int signo, int flags = 0, void (*action)(const siginfo_t&) = nullptr);
  ~HandledSignal();
  HandledSignal(const HandledSignal&) = delete;
  HandledSignal& operator=(const HandledSignal&) = delete;

  int count() const;

 private:
  int signo_;
  struct sigaction before_;
};

/// Sends a handled signal to a thread again and again, until it goes out of scope: so it surely
/// arrives while the thread is where it can be interrupted.
class Pestering {
 public:
  Pestering(pthread_t thread, int signo);
  ~Pestering();
  Pestering(const Pestering&) = delete;
  Pestering& operator=(const Pestering&) = delete;

 private:
  std::atomic<bool> enough_ = false;
  std::thread sender_;
};

/// Receives SIGEV_THREAD notifications.
class Callbacks {
 public:
  using Body = std::function<void()>;

  Callbacks() = default;
  explicit Callbacks(Body body) : body_(std::move(body)) {}
  Callbacks(const Callbacks&) = delete;
  Callbacks& operator=(const Callbacks&) = delete;

  sigevent event(pthread_attr_t* attributes = nullptr);

  /// Waits until that many have been made and their bodies have run.
  void wait_for(std::size_t count);
  std::size_t count() const;

 private:
  static void receive(sigval value);

  Body body_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
};

}  // namespace aiox::test
