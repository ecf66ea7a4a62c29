// SPDX-License-Identifier: MIT
//
// The decoder's input: a string of bytes, random or libFuzzer's, from which all choices are made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace aiox::test {

class ByteSource {
 public:
  explicit ByteSource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return position_ == bytes_.size(); }

  /// 0 once it is empty.
  std::uint8_t next() { return empty() ? std::uint8_t{0} : bytes_[position_++]; }

  /// A number below `bound`.
  std::size_t below(std::size_t bound) { return next() % bound; }

  bool coin() { return next() % 2 != 0; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

}  // namespace aiox::test
