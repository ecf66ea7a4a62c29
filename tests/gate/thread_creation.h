// SPDX-License-Identifier: MIT
//
// pthread_create() of this program: the test decides whether there may be another thread.
#pragma once

#include <cstddef>

namespace aiox::test {

/// For a scope, pthread_create() fails as the test wishes.
class ThreadCreation {
 public:
  ThreadCreation() = default;
  ~ThreadCreation() {
    allow();
    let_go();
  }
  ThreadCreation(const ThreadCreation&) = delete;
  ThreadCreation& operator=(const ThreadCreation&) = delete;

  /// No thread from now on: EAGAIN.
  static void refuse();
  static void allow();

  /// No thread with a stack smaller than that: EINVAL.
  static void ask_for_stack(std::size_t bytes);

  /// Holds every pthread_create() from now on, until let_go(): it waits for a lock of libc's, say,
  /// that another thread has.
  static void hold();
  /// The same, but for those of the calling thread.
  static void hold_others();
  static void let_go();

  /// How many are held.
  static std::size_t held();

  /// How often the calling thread has called pthread_create().
  static std::size_t asked_for_here();

  /// How often a thread was refused.
  static std::size_t refusals();

  /// The stack that the last thread with attributes was to have.
  static std::size_t last_stack();
};

}  // namespace aiox::test
