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
  ~ThreadCreation() { allow(); }
  ThreadCreation(const ThreadCreation&) = delete;
  ThreadCreation& operator=(const ThreadCreation&) = delete;

  /// No thread from now on: EAGAIN.
  static void refuse();
  static void allow();

  /// No thread with a stack smaller than that: EINVAL.
  static void ask_for_stack(std::size_t bytes);

  /// How often a thread was refused.
  static std::size_t refusals();

  /// The stack that the last thread with attributes was to have.
  static std::size_t last_stack();
};

}  // namespace aiox::test
