// SPDX-License-Identifier: MIT
//
// aiox_stats(), aiox_version() and what AIOX_STATS=1 prints.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>

#include "abi/process.h"
#include "abi/reply.h"
#include "aiox/aiox.h"
#include "sys/config.h"

namespace aiox::abi {
namespace {

aiox_operation_statistics read_counters(const OperationCounters& counters) noexcept {
  const std::uint64_t immediate = counters.immediate.load(std::memory_order_relaxed);
  return {.submitted = counters.submitted.load(std::memory_order_relaxed) + immediate,
          .completed = counters.completed.load(std::memory_order_relaxed) + immediate,
          .failed = counters.failed.load(std::memory_order_relaxed),
          .cancelled = counters.cancelled.load(std::memory_order_relaxed)};
}

aiox_statistics collect() noexcept {
  aiox_statistics stats{};
  if (const Engine* const engine = engine_if_any(); engine != nullptr) {
    stats.read = read_counters(engine->counters().read);
    stats.write = read_counters(engine->counters().write);
    stats.fsync = read_counters(engine->counters().fsync);
    stats.outstanding = engine->outstanding();
    stats.workers = engine->workers();
  }
  return stats;
}

// One write() for each line, so that processes that share standard error do not mix theirs up.
void print(const char* operation, const aiox_operation_statistics& stats) noexcept {
  ::dprintf(STDERR_FILENO, "aiox: %s submitted=%llu completed=%llu failed=%llu cancelled=%llu\n",
            operation, static_cast<unsigned long long>(stats.submitted),
            static_cast<unsigned long long>(stats.completed),
            static_cast<unsigned long long>(stats.failed),
            static_cast<unsigned long long>(stats.cancelled));
}

[[gnu::destructor]] void print_at_exit() noexcept {
  if (sys::config().get(sys::Option::kStats) == 0) {
    return;
  }
  const aiox_statistics stats = collect();
  print("read", stats.read);
  print("write", stats.write);
  print("fsync", stats.fsync);
  ::dprintf(STDERR_FILENO, "aiox: outstanding=%llu workers=%llu\n",
            static_cast<unsigned long long>(stats.outstanding),
            static_cast<unsigned long long>(stats.workers));
}

}  // namespace
}  // namespace aiox::abi

extern "C" [[gnu::visibility("default")]] int aiox_stats(struct aiox_statistics* stats) {
  const aiox::abi::Reply reply;
  if (stats->size < sizeof stats->size) {
    return reply.with(EINVAL);
  }
  aiox_statistics current = aiox::abi::collect();
  current.size = std::min(stats->size, sizeof current);
  std::memcpy(stats, &current, current.size);
  return reply.with(0);
}

extern "C" [[gnu::visibility("default")]] const char* aiox_version() { return AIOX_VERSION; }
