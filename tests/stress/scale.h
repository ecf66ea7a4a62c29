// SPDX-License-Identifier: MIT
//
// How much, and from which seed.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace aiox::test {

/// AIOX_STRESS_SCALE, a factor: 1 is some seconds for all of the stress tests.
inline int scale() {
  const char* const text = std::getenv("AIOX_STRESS_SCALE");
  const int factor = text != nullptr ? std::atoi(text) : 1;
  return factor > 0 ? factor : 1;
}

/// A new one, which is printed, or AIOX_STRESS_SEED. (Threads race: the same seed makes the same
/// calls, not the same interleaving.)
inline std::uint32_t seed() {
  const char* const text = std::getenv("AIOX_STRESS_SEED");
  const std::uint32_t chosen = text != nullptr
                                   ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10))
                                   : std::random_device{}();
  std::cout << "AIOX_STRESS_SEED=" << chosen << std::endl;
  return chosen;
}

}  // namespace aiox::test
