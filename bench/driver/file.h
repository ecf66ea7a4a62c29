// SPDX-License-Identifier: MIT
//
// The file that is read or written: every 4 KiB of it begin with their number, so that a wrong read
// is noticed at the cost of one comparison.
#pragma once

#include <cstddef>
#include <memory>

#include "engine.h"
#include "options.h"

namespace bench {

constexpr std::size_t kStampedUnit = 4096;

struct Free {
  void operator()(char* memory) const;
};
using Buffer = std::unique_ptr<char, Free>;
/// Aligned for O_DIRECT, with its pages there.
Buffer make_buffer(std::size_t size);

class File {
 public:
  /// Opens it, and makes it what the options want: cached, cold, or one hole.
  explicit File(const Options& options);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fildes() const { return fildes_; }
  std::size_t blocks() const { return span_ / options_.block; }

  /// Makes the request one for that block.
  void describe(Request& request, std::size_t block) const;
  /// Exits if the request failed, was short, or read what is not that block.
  void check(const Request& request) const;
  /// Exits if one of the blocks, which have been written, does not hold what was.
  void check_written(const std::vector<std::size_t>& blocks) const;

 private:
  const Options& options_;
  int fildes_;
  std::size_t span_;
};

/// The workload "make".
void make_file(const Options& options);

}  // namespace bench
