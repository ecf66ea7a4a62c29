// SPDX-License-Identifier: MIT
#include "support/patience.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>

namespace aiox::test {

void give_up(const char* what) {
  ADD_FAILURE() << "did not happen: " << what;
  std::fflush(stdout);
  std::abort();
}

void wait_until(const std::function<bool()>& holds, const char* what) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) {
      give_up(what);
    }
    sched_yield();
  }
}

}  // namespace aiox::test
