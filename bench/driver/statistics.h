// SPDX-License-Identifier: MIT
//
// What a run has measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// How long single requests took, of one thread.
class Latencies {
 public:
  Latencies() { samples_.reserve(kMost); }

  void add(std::int64_t nanoseconds) {
    if (samples_.size() < kMost) {
      samples_.push_back(nanoseconds);
    }
  }

  void append(const Latencies& others) {
    samples_.insert(samples_.end(), others.samples_.begin(), others.samples_.end());
  }

  /// That which `percent` of them do not exceed; 0 where there are none.
  std::int64_t percentile(std::size_t percent);

 private:
  static constexpr std::size_t kMost = 1 << 18;
  std::vector<std::int64_t> samples_;
};

struct Figures {
  std::uint64_t operations = 0;
  double seconds = 0;           // of the longest of the threads
  double processor_time = 0;    // of the whole process
  std::uint64_t submitted = 0;  // requests, whether measured or not
  Latencies latencies;

  void add(const Figures& thread);
  void print();
};

}  // namespace bench
