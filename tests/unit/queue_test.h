// SPDX-License-Identifier: MIT
//
// A run queue with its request table, and requests that go through their lives by hand.
#pragma once

#include <gtest/gtest.h>

#include "engine/run_queue.h"
#include "request/request_table.h"
#include "sys/clock.h"
#include "sys/config.h"
#include "sys/signals.h"

namespace aiox::test {

/// The lane of a request whose submitter has no real-time class.
constexpr std::uint8_t lane_of(int reqprio) { return static_cast<std::uint8_t>(119 + reqprio); }

/// What a queue needs, and what a request goes through around it. Thread-safe.
struct QueueBench {
  static constexpr std::size_t kNoLimit = 1'000'000;

  sys::Config config;
  RequestTable table;
  RunQueue queue{table, config};

  /// A request that waits to be queued. It is known by its number, which stands in aio_fildes.
  Request& admit(int number, std::uint8_t lane) {
    Request* const request = table.admit(kNoLimit);
    EXPECT_NE(request, nullptr);
    request->operation = {};
    request->operation.fildes = number;
    request->lane = lane;
    request->submitted_at = sys::monotonic_now();
    EXPECT_TRUE(request->transition(request->generation(), State::kFree, State::kWaiting));
    return *request;
  }

  Request& push(int number, std::uint8_t lane) {
    Request& request = admit(number, lane);
    const sys::SignalsBlocked proof;
    EXPECT_TRUE(queue.push(request, request.ticket(), request.lane, proof));
    return request;
  }

  /// Cancels what is still queued; false where somebody has taken it.
  bool cancel(Request& request, std::uint32_t generation) {
    const sys::SignalsBlocked proof;
    if (!request.transition(generation, State::kQueued, State::kDone)) {
      return false;
    }
    queue.remove(request, proof);
    release(request);
    return true;
  }

  Request* take() {
    const sys::SignalsBlocked proof;
    return queue.take(proof);
  }

  void finish(Request& request) {
    EXPECT_TRUE(request.transition(request.generation(), State::kRunning, State::kDone));
    release(request);
  }

  /// Takes one and ends it: its number, or -1 where there is none.
  int serve_one() {
    Request* const request = take();
    if (request == nullptr) {
      return -1;
    }
    const int number = request->operation.fildes;
    finish(*request);
    return number;
  }

 private:
  void release(Request& request) {
    table.discharge();
    table.release(request);
  }
};

}  // namespace aiox::test
