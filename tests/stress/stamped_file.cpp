// SPDX-License-Identifier: MIT
#include "stamped_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

namespace aiox::test {

Block Block::stamped(std::size_t file, std::size_t number, std::size_t writer,
                     std::uint64_t version) {
  Block block;
  for (std::size_t i = 0; i < kWords; ++i) {
    block.words[i] = std::uint64_t{file} << 56 | std::uint64_t{number} << 40 |
                     std::uint64_t{writer} << 32 | version << 8 | i;
  }
  return block;
}

StampedFile::StampedFile(std::size_t file, std::size_t writers, std::size_t blocks_for_each)
    : file_(file), writers_(writers), versions_(writers * blocks_for_each) {
  char path[] = "/tmp/aiox-stress-XXXXXX";
  fildes_ = ::mkstemp(path);
  ::unlink(path);
  for (std::size_t number = 0; number < versions_.size(); ++number) {
    const Block first = expected(number);
    EXPECT_EQ(::write(fildes_, &first, sizeof first), static_cast<ssize_t>(sizeof first));
  }
}

StampedFile::~StampedFile() { ::close(fildes_); }

Block StampedFile::expected(std::size_t number) const { return block(number, versions_[number]); }

Block StampedFile::next(std::size_t number) const { return block(number, versions_[number] + 1); }

std::size_t StampedFile::wrong_blocks() const {
  std::size_t wrong = 0;
  for (std::size_t number = 0; number < versions_.size(); ++number) {
    Block found;
    const auto offset = static_cast<off_t>(number * sizeof found);
    EXPECT_EQ(::pread(fildes_, &found, sizeof found, offset), static_cast<ssize_t>(sizeof found));
    wrong += found != expected(number) ? 1 : 0;
  }
  return wrong;
}

}  // namespace aiox::test
