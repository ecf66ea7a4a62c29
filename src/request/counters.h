// SPDX-License-Identifier: MIT
//
// Plain counters of what the library has done since it was loaded or forked.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "request/operation.h"

namespace aiox {

/// All relaxed: each is a number by itself. A request is counted as ended before its status is
/// published, so a program that saw it complete also finds it counted.
struct OperationCounters {
  std::atomic<std::uint64_t> submitted = 0;
  std::atomic<std::uint64_t> immediate = 0;  // submitted and completed in one; in neither of those
  std::atomic<std::uint64_t> completed = 0;  // with success
  std::atomic<std::uint64_t> failed = 0;     // with an error
  std::atomic<std::uint64_t> cancelled = 0;  // with ECANCELED

  void count_end(int error) noexcept {
    auto& counter = error == 0 ? completed : error == ECANCELED ? cancelled : failed;
    counter.fetch_add(1, std::memory_order_relaxed);
  }
};

struct Counters {
  OperationCounters read;
  OperationCounters write;
  OperationCounters fsync;

  OperationCounters& of(Opcode opcode) noexcept {
    return opcode == Opcode::kRead ? read : opcode == Opcode::kWrite ? write : fsync;
  }
};

}  // namespace aiox
