// SPDX-License-Identifier: MIT
//
// The library's settings: one table, read from the environment (AIOX_*), with what the program
// asked for by aio_init() as second choice and a default as the last.
#pragma once

#include <atomic>
#include <cstddef>

#include "sys/clock.h"

namespace aiox::sys {

enum class Option : std::size_t {
  kMaxWorkers,    // AIOX_MAX_WORKERS   worker threads at most
  kIdleMs,        // AIOX_IDLE_MS       how long an idle thread stays, milliseconds
  kMaxRequests,   // AIOX_MAX_REQUESTS  requests outstanding at most: AIO_MAX and AIO_LISTIO_MAX
  kAgingMs,       // AIOX_AGING_MS      a request that queued longer goes before more urgent ones
  kStats,         // AIOX_STATS         1: print the statistics to standard error at exit
  kClose,         // AIOX_CLOSE         an AtEnd: what close() does with accepted writes
  kCloseMs,       // AIOX_CLOSE_TIMEOUT_MS  how long close() waits for a file, milliseconds
  kExit,          // AIOX_EXIT          an AtEnd: what exit() does with accepted writes
  kExitMs,        // AIOX_EXIT_TIMEOUT_MS   how long exit() waits for files, milliseconds
  kImmediate,     // AIOX_IMMEDIATE     a Use: attempts in the caller on files
  kImmediateMax,  // AIOX_IMMEDIATE_MAX       the largest of those, bytes, beside other requests
  kImmediateCallMax,  // AIOX_IMMEDIATE_CALL_MAX  and of all that one call makes, bytes
  kKernelAio,         // AIOX_KERNEL_AIO    a Use: the kernel's AIO for O_DIRECT
  kExpected,          // (aio_init's aio_num) requests to have memory ready for
};
inline constexpr std::size_t kOptions = 14;

/// What becomes of accepted writes and syncs on files when their descriptor or the process ends.
enum class AtEnd : long {
  kFinish,  // "finish" (close), "drain" (exit): they are carried out first
  kCancel,  // "cancel"
};

/// Whether one of the ways of service is used.
enum class Use : long {
  kOn,
  kOff,
  kAlways,  // from the first request on
};

class Config {
 public:
  constexpr Config() noexcept = default;

  /// Reads the environment with secure_getenv(). A value that is no decimal number, out of the
  /// option's range or none of its words is as good as none: a preload has no business printing a
  /// complaint.
  void load_environment() noexcept;

  /// What is in force: the environment's value, else the program's, else the default.
  long get(Option option) const noexcept;

  /// The program's wish, cut to the option's range. May come at any time.
  void set(Option option, long value) noexcept;

  Nanoseconds idle_time() const noexcept {
    return get(Option::kIdleMs) * kNanosecondsPerMillisecond;
  }
  Use use(Option option) const noexcept { return static_cast<Use>(get(option)); }
  AtEnd at_end(Option option) const noexcept { return static_cast<AtEnd>(get(option)); }
  Nanoseconds aging_time() const noexcept {
    return get(Option::kAgingMs) * kNanosecondsPerMillisecond;
  }

 private:
  // Stored plus one, so that 0 is "not given" and an all-zero Config is a valid one.
  // relaxed: each is a number by itself, that nothing else is published with.
  std::atomic<long> environment_[kOptions]{};
  std::atomic<long> program_[kOptions]{};
};

/// The process's configuration. The environment is read when the library is loaded, or at the
/// first call should one come earlier.
Config& config() noexcept;

}  // namespace aiox::sys
