// SPDX-License-Identifier: MIT
//
// In which order the blocks of a file are used: each once before any comes again, so that what was
// cold stays cold and a hole a hole.
#pragma once

#include <bit>
#include <cstdint>

#include "die.h"

namespace bench {

class Pattern {
 public:
  /// Over `blocks`, a power of two. Thread `part` of `parts` (powers of two, too) has its share.
  Pattern(std::uint64_t blocks, bool sequential, std::uint64_t part, std::uint64_t parts)
      : mask_(blocks - 1),
        half_(static_cast<unsigned>(std::bit_width(mask_) + 1) / 2),
        sequential_(sequential),
        next_(blocks / parts * part),
        first_(next_),
        end_(next_ + blocks / parts) {
    if (!std::has_single_bit(blocks) || !std::has_single_bit(parts) || parts > blocks) {
      die("the number of blocks, and of threads, must be a power of two");
    }
  }

  bool is_exhausted() const { return next_ == end_; }
  void start_again() { next_ = first_; }

  std::uint64_t next() {
    const std::uint64_t place = next_++;
    return sequential_ ? place : scattered(place);
  }

 private:
  // Each step is a bijection of the numbers up to the mask.
  std::uint64_t scattered(std::uint64_t x) const {
    x = (x * 0x9E3779B97F4A7C15 + 12345) & mask_;
    x ^= x >> half_;
    x = (x * 0xBF58476D1CE4E5B9) & mask_;
    x ^= x >> half_;
    return x;
  }

  const std::uint64_t mask_;
  const unsigned half_;
  const bool sequential_;
  std::uint64_t next_;
  const std::uint64_t first_;
  const std::uint64_t end_;
};

}  // namespace bench
