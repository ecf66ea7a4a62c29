// SPDX-License-Identifier: MIT
#include "io/readiness.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sys/thread.h"

namespace aiox::io {
namespace {

constexpr int kEventsAtOnce = 64;

std::uint32_t events_of(Interests interests) noexcept {
  return EPOLLONESHOT | ((interests & kReadable) != 0 ? EPOLLIN : 0U) |
         ((interests & kWritable) != 0 ? EPOLLOUT : 0U);
}

Interests interests_in(std::uint32_t events) noexcept {
  return ((events & EPOLLIN) != 0 ? kReadable : 0U) | ((events & EPOLLOUT) != 0 ? kWritable : 0U) |
         ((events & (EPOLLERR | EPOLLHUP)) != 0 ? kBroken : 0U);
}

}  // namespace

Readiness::~Readiness() {
  while (const std::uint32_t threads = threads_.load(std::memory_order_acquire)) {
    sys::futex_wait(threads_, threads, sys::kForever);
  }
  if (const int set = set_plus_one_.load(std::memory_order_acquire) - 1; set != -1) {
    ::close(set);
  }
}

// The epoll set, made at the first call; -1 and errno where there can be none.
int Readiness::set() noexcept {
  if (const int present = set_plus_one_.load(std::memory_order_acquire); present != 0) {
    return present - 1;
  }
  const int fresh = ::epoll_create1(EPOLL_CLOEXEC);
  int expected = 0;
  if (fresh != -1 &&
      !set_plus_one_.compare_exchange_strong(expected, fresh + 1, std::memory_order_acq_rel)) {
    ::close(fresh);  // another thread was faster
    return expected - 1;
  }
  return fresh;
}

int Readiness::watch(int fildes, Interests interests, Interests before) noexcept {
  const int epoll = set();
  if (epoll == -1) {
    return errno;
  }
  epoll_event event{.events = events_of(interests), .data = {.fd = fildes}};
  // One that was watched before stays in the set, but the number may stand for another file by now.
  int result = ::epoll_ctl(epoll, EPOLL_CTL_MOD, fildes, &event);
  if (result == -1 && errno == ENOENT) {
    result = ::epoll_ctl(epoll, EPOLL_CTL_ADD, fildes, &event);
  }
  if (result == -1) {
    return errno;
  }
  if (before == kNone) {
    watched_.fetch_add(1, std::memory_order_seq_cst);
  }
  return 0;
}

void Readiness::forget(int fildes) noexcept {
  epoll_event unused{};
  ::epoll_ctl(set(), EPOLL_CTL_DEL, fildes, &unused);
  consume();
}

bool Readiness::kick(const sys::SignalsBlocked& proof) noexcept {
  if (live_.load(std::memory_order_seq_cst) > 0) {
    return true;
  }
  threads_.fetch_add(1, std::memory_order_relaxed);
  if (sys::start_thread(thread_main, this, proof) != 0) {
    threads_.fetch_sub(1, std::memory_order_release);
    return live_.load(std::memory_order_seq_cst) > 0;
  }
  live_.fetch_add(1, std::memory_order_seq_cst);
  return true;
}

void* Readiness::thread_main(void* readiness) {
  Readiness& self = *static_cast<Readiness*>(readiness);
  const sys::SignalsBlocked proof;
  sys::name_thread("readiness");
  self.run(proof);
  sys::FutexWord& threads = self.threads_;
  threads.fetch_sub(1, std::memory_order_release);
  sys::futex_wake(threads);
  return nullptr;
}

void Readiness::run(const sys::SignalsBlocked& proof) noexcept {
  epoll_event events[kEventsAtOnce];
  for (;;) {
    const auto patience = static_cast<int>(std::max(config_.get(sys::Option::kIdleMs), 1L));
    int epoll_plus_one = set() + 1;
    const int count = ::epoll_wait(epoll_plus_one - 1, events, kEventsAtOnce, patience);
    if (count == -1 && errno != EINTR) {
      // Not our epoll set any more. The number is the program's now, and not ours to close.
      set_plus_one_.compare_exchange_strong(epoll_plus_one, 0, std::memory_order_acq_rel);
      listener_.lost(proof);
    }
    for (int i = 0; i < count; ++i) {
      listener_.ready(events[i].data.fd, interests_in(events[i].events), proof);
    }
    if (count > 0) {
      continue;
    }
    if (live_.fetch_sub(1, std::memory_order_seq_cst) > 1 ||
        watched_.load(std::memory_order_seq_cst) <= 0) {
      return;
    }
    live_.fetch_add(1, std::memory_order_seq_cst);
  }
}

}  // namespace aiox::io
