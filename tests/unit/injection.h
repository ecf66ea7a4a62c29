// SPDX-License-Identifier: MIT
//
// What a unit test puts between the library and the system: thread creation that fails, and a look
// at each futex call before it is made,
// and other system calls that fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace aiox::test {

/// While one lives, pthread_create() says EAGAIN, after it has worked `successes` more times.
class ThreadsFail {
 public:
  explicit ThreadsFail(int successes = 0);
  ~ThreadsFail();
  ThreadsFail(const ThreadsFail&) = delete;
  ThreadsFail& operator=(const ThreadsFail&) = delete;
};

/// While one lives, `look` is called before (or after) each pthread_create(), by the thread that
/// calls it. One at a time.
class CreationWatch {
 public:
  using Look = std::function<void()>;
  enum class Moment { kBefore, kAfter };
  explicit CreationWatch(Look look, Moment moment = Moment::kBefore);
  ~CreationWatch();
  CreationWatch(const CreationWatch&) = delete;
  CreationWatch& operator=(const CreationWatch&) = delete;

 private:
  Look look_;
};

/// How often pthread_create() was called since the program began.
std::size_t threads_asked_for();

/// The stack size that the last call asked for; 0 for the default one.
std::size_t last_stack_size();

/// While one lives, pthread_create() says EINVAL to stacks below that size.
class SmallStacksFail {
 public:
  explicit SmallStacksFail(std::size_t smallest);
  ~SmallStacksFail();
  SmallStacksFail(const SmallStacksFail&) = delete;
  SmallStacksFail& operator=(const SmallStacksFail&) = delete;
};

/// While one lives, pthread_create() says EAGAIN to stacks above that size.
class LargeStacksFail {
 public:
  explicit LargeStacksFail(std::size_t largest);
  ~LargeStacksFail();
  LargeStacksFail(const LargeStacksFail&) = delete;
  LargeStacksFail& operator=(const LargeStacksFail&) = delete;
};

/// While one lives, `look` is called before each futex(2) call that any thread makes by syscall():
/// with whether it is a wait, and with the value that it expects.
class FutexWatch {
 public:
  using Look = std::function<void(bool wait, std::uint32_t expected)>;
  explicit FutexWatch(Look look);
  ~FutexWatch();
  FutexWatch(const FutexWatch&) = delete;
  FutexWatch& operator=(const FutexWatch&) = delete;

 private:
  Look look_;
};

/// While one lives, that system call fails with that error where it is made by syscall(): the next
/// `failures` ones, or all.
class CallFails {
 public:
  static constexpr int kAll = -1;
  CallFails(long number, int error, int failures = kAll);
  ~CallFails();
  CallFails(const CallFails&) = delete;
  CallFails& operator=(const CallFails&) = delete;

  /// How often it was made, failures included.
  int made() const;
};

}  // namespace aiox::test
