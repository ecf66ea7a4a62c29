// SPDX-License-Identifier: MIT
#include "injection.h"

#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>

#include "support/patience.h"

namespace aiox::test {
namespace {

constexpr int kNever = -1;

std::atomic<int> successes_left{kNever};
std::atomic<std::size_t> asked_for{0};
std::atomic<std::size_t> last_size{0};
std::atomic<std::size_t> smallest_stack{0};
std::atomic<std::size_t> largest_stack{SIZE_MAX};
std::atomic<const FutexWatch::Look*> futex_look{nullptr};
std::atomic<const CreationWatch::Look*> creation_look{nullptr};
std::atomic<const CreationWatch::Look*> created_look{nullptr};
std::atomic<int> lookers{0};
std::atomic<long> failing_call{-1};
std::atomic<int> failing_error{0};
std::atomic<int> failures_left{0};
std::atomic<int> calls_made{0};

void look_at_creation(const std::atomic<const CreationWatch::Look*>& moment) {
  ++lookers;
  if (const CreationWatch::Look* const look = moment.load(); look != nullptr) {
    (*look)();
  }
  --lookers;
}

void look_at_futex(bool wait, std::uint32_t expected) {
  ++lookers;
  if (const FutexWatch::Look* const look = futex_look.load(); look != nullptr) {
    (*look)(wait, expected);
  }
  --lookers;
}

bool fails_now() {
  int left = successes_left.load();
  while (left > 0 && !successes_left.compare_exchange_weak(left, left - 1)) {
  }
  return left == 0;
}

// The error with which that call has to fail; 0: it is to be made.
int fault(long number) {
  if (number != failing_call) {
    return 0;
  }
  ++calls_made;
  int left = failures_left.load();
  while (left > 0 && !failures_left.compare_exchange_weak(left, left - 1)) {
  }
  return left != 0 ? failing_error.load() : 0;
}

}  // namespace

CallFails::CallFails(long number, int error, int failures) {
  calls_made = 0;
  failing_error = error;
  failures_left = failures;
  failing_call = number;
}
CallFails::~CallFails() { failing_call = -1; }
int CallFails::made() const { return calls_made; }

ThreadsFail::ThreadsFail(int successes) { successes_left = successes; }
ThreadsFail::~ThreadsFail() { successes_left = kNever; }

std::size_t threads_asked_for() { return asked_for; }
std::size_t last_stack_size() { return last_size; }

SmallStacksFail::SmallStacksFail(std::size_t smallest) { smallest_stack = smallest; }
SmallStacksFail::~SmallStacksFail() { smallest_stack = 0; }

LargeStacksFail::LargeStacksFail(std::size_t largest) { largest_stack = largest; }
LargeStacksFail::~LargeStacksFail() { largest_stack = SIZE_MAX; }

CreationWatch::CreationWatch(Look look, Moment moment) : look_(std::move(look)) {
  (moment == Moment::kBefore ? creation_look : created_look) = &look_;
}
CreationWatch::~CreationWatch() {
  creation_look = nullptr;
  created_look = nullptr;
  wait_until([] { return lookers == 0; }, "the end of all looks");
}

FutexWatch::FutexWatch(Look look) : look_(std::move(look)) { futex_look = &look_; }
FutexWatch::~FutexWatch() {
  futex_look = nullptr;
  wait_until([] { return lookers == 0; }, "the end of all looks");
}

}  // namespace aiox::test

// The sanitizers' own, where their run-time library is linked in statically.
extern "C" [[gnu::weak]] int __interceptor_pthread_create(pthread_t*, const pthread_attr_t*,
                                                          void* (*)(void*), void*);

extern "C" [[gnu::visibility("default")]] int pthread_create(pthread_t* thread,
                                                             const pthread_attr_t* attributes,
                                                             void* (*entry)(void*),
                                                             void* argument) noexcept {
  using namespace aiox::test;
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto next = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  ++asked_for;
  look_at_creation(creation_look);
  std::size_t size = 0;
  if (attributes != nullptr) {
    pthread_attr_getstacksize(attributes, &size);
  }
  last_size = size;
  if (fails_now() || size > largest_stack) {
    return EAGAIN;
  }
  if (size < smallest_stack) {
    return EINVAL;
  }
  const Create create =
      __interceptor_pthread_create != nullptr ? &__interceptor_pthread_create : next;
  const int error = create(thread, attributes, entry, argument);
  look_at_creation(created_look);
  return error;
}

extern "C" [[gnu::visibility("default")]] long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  const long a = va_arg(list, long);
  const long b = va_arg(list, long);
  const long c = va_arg(list, long);
  const long d = va_arg(list, long);
  const long e = va_arg(list, long);
  const long f = va_arg(list, long);
  va_end(list);
  if (number == SYS_futex) {
    aiox::test::look_at_futex((b & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET,
                              static_cast<std::uint32_t>(c));
  }
  if (const int error = aiox::test::fault(number); error != 0) {
    errno = error;
    return -1;
  }
  register long fourth asm("r10") = d;
  register long fifth asm("r8") = e;
  register long sixth asm("r9") = f;
  long result = number;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
               : "rcx", "r11", "memory");
  if (result < 0 && result > -4096) {
    errno = static_cast<int>(-result);
    return -1;
  }
  return result;
}
