// SPDX-License-Identifier: MIT
//
// Files whose blocks say who wrote them and when.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiox::test {

/// What a block of a file holds, from its first byte to its last.
struct Block {
  static constexpr std::size_t kWords = 64;
  std::array<std::uint64_t, kWords> words{};

  static Block stamped(std::size_t file, std::size_t number, std::size_t writer,
                       std::uint64_t version);
  bool operator==(const Block&) const = default;
};

/// A file of blocks, each of which belongs to one writer.
class StampedFile {
 public:
  StampedFile(std::size_t file, std::size_t writers, std::size_t blocks_for_each);
  ~StampedFile();
  StampedFile(const StampedFile&) = delete;
  StampedFile& operator=(const StampedFile&) = delete;

  int fildes() const { return fildes_; }

  /// The number of the `place`-th block of that writer.
  std::size_t block_of(std::size_t writer, std::size_t place) const {
    return place * writers_ + writer;
  }

  /// What a block has to hold. The two are for the block's writer.
  Block expected(std::size_t number) const;
  Block next(std::size_t number) const;
  void written(std::size_t number) { versions_[number]++; }

  /// The number of blocks that do not hold what they have to.
  std::size_t wrong_blocks() const;

 private:
  Block block(std::size_t number, std::uint64_t version) const {
    return Block::stamped(file_, number, number % writers_, version);
  }

  std::size_t file_;
  std::size_t writers_;
  int fildes_;
  std::vector<std::uint64_t> versions_;
};

}  // namespace aiox::test
