// SPDX-License-Identifier: MIT
#include "support/events.h"

#include <sched.h>

#include <cerrno>

#include "support/patience.h"

namespace aiox::test {
namespace {

std::atomic<int> handled[65]{};
std::atomic<void (*)(const siginfo_t&)> actions[65]{};

void handle(int signo, siginfo_t* info, void* /*context*/) {
  const int errno_before = errno;
  if (const auto action = actions[signo].load(); action != nullptr) {
    action(*info);
  }
  handled[signo].fetch_add(1);
  errno = errno_before;
}

sigset_t set_of(int signo) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signo);
  return set;
}

}  // namespace

sigevent no_event() {
  sigevent event{};
  event.sigev_notify = SIGEV_NONE;
  return event;
}

sigevent signal_event(int signo, int value) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = signo;
  event.sigev_value.sival_int = value;
  return event;
}

sigevent signal_event_to(pid_t thread, int signo, int value) {
  sigevent event = signal_event(signo, value);
  event.sigev_notify = SIGEV_THREAD_ID;
  event._sigev_un._tid = thread;
  return event;
}

sigevent thread_event(void (*function)(sigval), sigval value, pthread_attr_t* attributes) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = function;
  event.sigev_notify_attributes = attributes;
  event.sigev_value = value;
  return event;
}

pthread_attr_t& default_attributes() {
  static pthread_attr_t attributes = [] {
    pthread_attr_t made;
    pthread_attr_init(&made);
    pthread_attr_setdetachstate(&made, PTHREAD_CREATE_DETACHED);
    return made;
  }();
  return attributes;
}

PendingSignal::PendingSignal(int signo) : signo_(signo) {
  const sigset_t set = set_of(signo);
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

PendingSignal::~PendingSignal() {
  while (is_pending()) {
    take();
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

siginfo_t PendingSignal::take() {
  const sigset_t set = set_of(signo_);
  const timespec patience{.tv_sec = kPatience.count(), .tv_nsec = 0};
  siginfo_t info{};
  while (sigtimedwait(&set, &info, &patience) != signo_) {
    if (errno != EINTR) {
      give_up("a signal");
    }
  }
  return info;
}

bool PendingSignal::is_pending() const {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, signo_) == 1;
}

HandledSignal::HandledSignal(int signo, int flags, void (*action)(const siginfo_t&))
    : signo_(signo) {
  handled[signo].store(0);
  actions[signo].store(action);
  struct sigaction handler {};
  handler.sa_sigaction = handle;
  handler.sa_flags = SA_SIGINFO | flags;
  sigaction(signo, &handler, &before_);
}

HandledSignal::~HandledSignal() { sigaction(signo_, &before_, nullptr); }

int HandledSignal::count() const { return handled[signo_].load(); }

Pestering::Pestering(pthread_t thread, int signo)
    : sender_([this, thread, signo] {
        while (!enough_.load()) {
          pthread_kill(thread, signo);
          sched_yield();
        }
      }) {}

Pestering::~Pestering() {
  enough_.store(true);
  sender_.join();
}

sigevent Callbacks::event(pthread_attr_t* attributes) {
  return thread_event(receive, sigval{.sival_ptr = this}, attributes);
}

void Callbacks::wait_for(std::size_t count) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return count_ >= count; })) {
    give_up("a callback");
  }
}

std::size_t Callbacks::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void Callbacks::receive(sigval value) {
  Callbacks& self = *static_cast<Callbacks*>(value.sival_ptr);
  if (self.body_) {
    self.body_();
  }
  // Notified under the lock: whoever waits may then destroy us.
  const std::lock_guard lock(self.mutex_);
  ++self.count_;
  self.changed_.notify_all();
}

}  // namespace aiox::test
