// SPDX-License-Identifier: MIT
#include "statistics.h"

#include <algorithm>
#include <cstdio>

#include "die.h"

namespace bench {

std::int64_t Latencies::percentile(std::size_t percent) {
  if (samples_.empty()) {
    return 0;
  }
  const auto place =
      samples_.begin() + static_cast<std::ptrdiff_t>((samples_.size() - 1) * percent / 100);
  std::nth_element(samples_.begin(), place, samples_.end());
  return *place;
}

void Figures::add(const Figures& thread) {
  operations += thread.operations;
  seconds = std::max(seconds, thread.seconds);
  submitted += thread.submitted;
  latencies.append(thread.latencies);
}

void Figures::print() {
  if (operations == 0 || seconds <= 0) {
    die("nothing was done in the time given");
  }
  const auto count = static_cast<double>(operations);
  std::printf("ops_per_s=%.1f cpu_ns=%.0f p50_ns=%lld p99_ns=%lld requests=%llu\n", count / seconds,
              processor_time / count, static_cast<long long>(latencies.percentile(50)),
              static_cast<long long>(latencies.percentile(99)),
              static_cast<unsigned long long>(submitted));
}

}  // namespace bench
