// SPDX-License-Identifier: MIT
#include "sys/config.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace aiox::sys {
namespace {

struct OptionRow {
  const char* name;  // nullptr: not settable from the environment
  long smallest;
  long largest;
  long fallback;
  std::array<const char*, 3> words{};  // given: what stands for 0, 1 and 2, in place of numbers
};

constexpr OptionRow kTable[kOptions] = {
    {"AIOX_MAX_WORKERS", 1, 1024, 64},
    {"AIOX_IDLE_MS", 0, 86'400'000, 1'000},
    {"AIOX_MAX_REQUESTS", 1, 8'388'608, 1'048'576},
    {"AIOX_AGING_MS", 1, 86'400'000, 2'000},
    {"AIOX_STATS", 0, 1, 0},
    {"AIOX_CLOSE", 0, 1, 0, {"finish", "cancel"}},
    {"AIOX_CLOSE_TIMEOUT_MS", 0, 86'400'000, 10'000},
    {"AIOX_EXIT", 0, 1, 0, {"drain", "cancel"}},
    {"AIOX_EXIT_TIMEOUT_MS", 0, 86'400'000, 10'000},
    {"AIOX_IMMEDIATE", 0, 1, 0, {"on", "off"}},
    {"AIOX_IMMEDIATE_MAX", 0, 1'073'741'824, 65'536},
    {"AIOX_IMMEDIATE_CALL_MAX", 0, 1'073'741'824, 1'048'576},
    {"AIOX_KERNEL_AIO", 0, 2, 0, {"on", "off", "always"}},
    {nullptr, 0, 8'388'608, 0},
};

const OptionRow& row_of(Option option) noexcept { return kTable[static_cast<std::size_t>(option)]; }

bool parse(const char* text, const OptionRow& row, long& value) noexcept {
  if (row.words[0] != nullptr) {
    const auto* const found = std::find_if(
        row.words.begin(), row.words.end(),
        [text](const char* word) { return word != nullptr && std::strcmp(text, word) == 0; });
    value = found - row.words.begin();
    return found != row.words.end();
  }
  char* end = nullptr;
  errno = 0;
  value = std::strtol(text, &end, 10);
  return errno == 0 && end != text && *end == '\0' && value >= row.smallest && value <= row.largest;
}

constinit Config process_config;
constinit std::atomic<bool> environment_loaded{false};

// At load the program has not begun to change its environment from several threads.
[[gnu::constructor]] void load_at_start() noexcept { config(); }

}  // namespace

void Config::load_environment() noexcept {
  const int saved_errno = errno;
  for (std::size_t i = 0; i < kOptions; ++i) {
    const char* const text = kTable[i].name != nullptr ? ::secure_getenv(kTable[i].name) : nullptr;
    long value = 0;
    if (text != nullptr && parse(text, kTable[i], value)) {
      environment_[i].store(value + 1, std::memory_order_relaxed);
    }
  }
  errno = saved_errno;
}

long Config::get(Option option) const noexcept {
  const auto index = static_cast<std::size_t>(option);
  if (const long given = environment_[index].load(std::memory_order_relaxed); given != 0) {
    return given - 1;
  }
  const long given = program_[index].load(std::memory_order_relaxed);
  return given != 0 ? given - 1 : row_of(option).fallback;
}

void Config::set(Option option, long value) noexcept {
  const OptionRow& row = row_of(option);
  program_[static_cast<std::size_t>(option)].store(std::clamp(value, row.smallest, row.largest) + 1,
                                                   std::memory_order_relaxed);
}

Config& config() noexcept {
  // Two first callers load the same values twice. acquire and release: who sees the flag sees them.
  if (!environment_loaded.load(std::memory_order_acquire)) {
    process_config.load_environment();
    environment_loaded.store(true, std::memory_order_release);
  }
  return process_config;
}

}  // namespace aiox::sys
