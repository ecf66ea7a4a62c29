// SPDX-License-Identifier: MIT
//
// Random calls against the reference model. The seed is printed; `--seed N` replays it.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <vector>

#include "driver.h"

namespace {

std::uint32_t seed = 0;

std::vector<std::uint8_t> random_bytes(std::mt19937& random, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(random());
  }
  return bytes;
}

void run(int rounds, std::size_t size) {
  std::cout << "replay with --seed " << seed << std::endl;
  std::mt19937 random(seed);
  std::size_t calls = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<std::uint8_t> bytes = random_bytes(random, size);
    aiox::test::Driver driver(bytes);
    driver.run();
    calls += driver.calls();
  }
  std::cout << calls << " calls" << std::endl;
}

TEST(Model, TheLibraryAnswersAsTheModelInManyShortRuns) { run(150, 200); }

TEST(Model, TheLibraryAnswersAsTheModelInALongRun) { run(1, 30'000); }

bool read_seed(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
      seed = static_cast<std::uint32_t>(std::strtoul(argv[i + 1], nullptr, 10));
      return true;
    }
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!read_seed(argc, argv)) {
    seed = std::random_device{}();
  }
  return RUN_ALL_TESTS();
}
