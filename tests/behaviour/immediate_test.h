// SPDX-License-Identifier: MIT
//
// What the tests of what is there at once share.
#pragma once

#include <cstddef>
#include <string>

#include "support/process.h"

namespace aiox::test {

inline constexpr std::size_t kSpan = 4'096;

/// Bytes that differ from one span to the next.
inline std::string pattern(std::size_t nbytes) {
  std::string bytes(nbytes, '\0');
  for (std::size_t i = 0; i < nbytes; ++i) {
    bytes[i] = static_cast<char>('a' + (i * 7 + i / kSpan) % 26);
  }
  return bytes;
}

/// As good as for ever, in milliseconds: a worker that was there is.
inline constexpr const char* kLong = "86400000";

/// The tests are about this setting, whatever the environment says.
inline bool with_immediate() {
  return in_environment({{"AIOX_IMMEDIATE", "on"}, {"AIOX_IDLE_MS", kLong}});
}

}  // namespace aiox::test
