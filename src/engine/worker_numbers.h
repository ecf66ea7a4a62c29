// SPDX-License-Identifier: MIT
//
// The numbers in the workers' names: each has the lowest that is free when it begins.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace aiox {

class WorkerNumbers {
 public:
  unsigned take() noexcept {
    for (unsigned word = 0; word < in_use_.size(); ++word) {
      const auto bit = static_cast<unsigned>(std::countr_one(in_use_[word]));
      if (bit < 64) {
        in_use_[word] |= std::uint64_t{1} << bit;
        return word * 64 + bit;
      }
    }
    return kMost;  // one of the surplus, above the largest limit
  }

  void give_back(unsigned number) noexcept {
    if (number < kMost) {
      in_use_[number / 64] &= ~(std::uint64_t{1} << number % 64);
    }
  }

 private:
  static constexpr unsigned kMost = 1024;  // the largest AIOX_MAX_WORKERS

  std::array<std::uint64_t, kMost / 64> in_use_{};  // a bit for each number
};

}  // namespace aiox
