// SPDX-License-Identifier: MIT
#include "io/readiness.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "sys/real_calls.h"
#include "sys/thread.h"

namespace aiox::io {
namespace {

constexpr int kEventsAtOnce = 64;
constexpr int kLongestPatience = 1'000;  // milliseconds; then it looks whether its set was lost
constexpr int kRefusals = 3;             // in a row: the call is forbidden here
constexpr std::string_view kSetsName = "anon_inode:[eventpoll]";

std::uint32_t events_of(Interests interests) noexcept {
  return ((interests & kEdge) != 0 ? EPOLLET : EPOLLONESHOT) |
         ((interests & kReadable) != 0 ? EPOLLIN : 0U) |
         ((interests & kWritable) != 0 ? EPOLLOUT : 0U);
}

Interests interests_in(std::uint32_t events) noexcept {
  return ((events & EPOLLIN) != 0 ? kReadable : 0U) | ((events & EPOLLOUT) != 0 ? kWritable : 0U) |
         ((events & (EPOLLERR | EPOLLHUP)) != 0 ? kBroken : 0U);
}

// Out of the way: programs expect low numbers for what they open, and close and replace them.
int move_up(int fildes) noexcept {
  constexpr rlim_t kFloor = 1'000;
  constexpr rlim_t kRoom = 24;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const rlim_t floor = std::min(kFloor, files.rlim_cur > kRoom ? files.rlim_cur - kRoom : 0);
  return ::fcntl(fildes, F_DUPFD_CLOEXEC, static_cast<int>(floor));
}

// Tells our events from those of a set of the program's that has taken our number.
constexpr std::uint64_t kMark = 0x61696f78;

std::uint64_t cookie_of(int fildes) noexcept {
  return kMark << 32 | static_cast<std::uint32_t>(fildes);
}

int arm(int epoll, int fildes, Interests interests) noexcept {
  epoll_event event{.events = events_of(interests), .data = {.u64 = cookie_of(fildes)}};
  // One that was watched before stays in the set, but the number may stand for another file by now.
  int result = ::epoll_ctl(epoll, EPOLL_CTL_MOD, fildes, &event);
  if (result == -1 && errno == ENOENT) {
    result = ::epoll_ctl(epoll, EPOLL_CTL_ADD, fildes, &event);
  }
  return result == 0 ? 0 : errno;
}

int create_set() noexcept {
  const int low = ::epoll_create1(EPOLL_CLOEXEC);
  const int high = low != -1 ? move_up(low) : -1;
  if (high == -1) {
    return low;
  }
  sys::close_descriptor(low);
  return high;
}

}  // namespace

Readiness::~Readiness() {
  while (const std::uint32_t threads = threads_.load(std::memory_order_acquire)) {
    sys::futex_wait(threads_, threads, sys::kForever);
  }
  if (const int set = set_plus_one_.load(std::memory_order_acquire) - 1; set != -1) {
    sys::close_descriptor(set);
  }
}

// The epoll set, made at the first call; -1 and errno where there can be none.
int Readiness::set() noexcept {
  if (unusable_.load(std::memory_order_relaxed)) {
    errno = ENOSYS;
    return -1;
  }
  if (const int present = set_plus_one_.load(std::memory_order_acquire); present != 0) {
    return present - 1;
  }
  const int fresh = create_set();
  int expected = 0;
  if (fresh != -1 &&
      !set_plus_one_.compare_exchange_strong(expected, fresh + 1, std::memory_order_acq_rel)) {
    sys::close_descriptor(fresh);  // another thread was faster
    return expected - 1;
  }
  return fresh;
}

// The number is not our epoll set's any more, and the program's to use or to close.
void Readiness::disown(int set) noexcept {
  int expected = set + 1;
  if (set != -1 && set_plus_one_.compare_exchange_strong(expected, 0, std::memory_order_acq_rel)) {
    lost_.store(true, std::memory_order_seq_cst);
  }
}

// A sandbox lets us make a set and not wait for it.
void Readiness::do_without(int set) noexcept {
  unusable_.store(true, std::memory_order_relaxed);
  disown(set);
  sys::close_descriptor(set);
}

int Readiness::watch(int fildes, Interests interests, Interests before) noexcept {
  for (bool again = false;; again = true) {
    const int epoll = set();
    if (epoll == -1) {
      return errno;
    }
    const int error = arm(epoll, fildes, interests);
    if (error == 0) {
      if (before == kNone) {
        watched_.fetch_add(1, std::memory_order_seq_cst);
      }
      return 0;
    }
    const bool is_ours = error != EINVAL && (error != EBADF || ::fcntl(epoll, F_GETFD) != -1);
    if (is_ours || again) {
      return error;
    }
    disown(epoll);
  }
}

void Readiness::forget(int fildes) noexcept {
  epoll_event unused{};
  ::epoll_ctl(set(), EPOLL_CTL_DEL, fildes, &unused);
  consume();
}

void Readiness::close_inherited() const noexcept {
  char path[32];
  char target[32];
  ::snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor());
  const ssize_t length = ::readlink(path, target, sizeof target);
  if (length > 0 && std::string_view(target, static_cast<std::size_t>(length)) == kSetsName) {
    sys::close_descriptor(descriptor());
  }
}

void Readiness::vacate(int fildes) noexcept {
  int expected = fildes + 1;
  if (const int elsewhere = move_up(fildes); elsewhere != -1) {
    if (!set_plus_one_.compare_exchange_strong(expected, elsewhere + 1,
                                               std::memory_order_acq_rel)) {
      sys::close_descriptor(elsewhere);
    }
  }
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
  for (int refusals = 0;;) {
    if (lost_.exchange(false, std::memory_order_seq_cst)) {
      listener_.lost(proof);
    }
    const int epoll = set();
    const long patience = std::clamp<long>(config_.get(sys::Option::kIdleMs), 1, kLongestPatience);
    const int count = ::epoll_wait(epoll, events, kEventsAtOnce, static_cast<int>(patience));
    if (count != -1 || errno == EINTR) {
      refusals = 0;
    } else if (errno == EBADF || errno == EINVAL) {
      disown(epoll);
    } else if (++refusals == kRefusals) {
      do_without(epoll);
    }
    for (int i = 0; i < count; ++i) {
      const int fildes = static_cast<int>(events[i].data.u64);
      if (events[i].data.u64 == cookie_of(fildes)) {
        listener_.ready(fildes, interests_in(events[i].events), proof);
      } else {
        disown(epoll);
      }
    }
    listener_.tidy(proof);
    if (count > 0 || lost_.load(std::memory_order_seq_cst) || listener_.owes()) {
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
