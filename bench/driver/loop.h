// SPDX-License-Identifier: MIT
//
// What every workload is to the measurement: something that goes on for a while, warms up, and then
// counts. One object for each thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "clock.h"
#include "engine.h"
#include "options.h"
#include "statistics.h"

namespace bench {

class File;

class Loop {
 public:
  virtual ~Loop() = default;

  /// Goes on for so long, or until there is nothing left to do.
  void run(double seconds) {
    figures_.operations = 0;
    figures_.latencies = Latencies{};
    begin_ = now();
    deadline_ = begin_ + static_cast<std::int64_t>(seconds * kSecond);
    last_ = begin_;
    is_over_ = false;
    while (!is_over_) {
      step();
    }
    figures_.seconds = static_cast<double>(last_ - begin_) / kSecond;
    // Taking the time of every request would slow the fast ones down.
    stride_ = 1 + static_cast<std::uint64_t>(static_cast<double>(figures_.operations) /
                                             std::max(figures_.seconds, 1e-9) / kSamplesPerSecond);
  }

  /// Waits for what is in flight, and verifies what can only be verified now.
  virtual void finish() = 0;

  const Figures& figures() {
    figures_.submitted = engine_->submitted();
    return figures_;
  }

 protected:
  Loop(const Options& options, int depth) : engine_(make_engine(options, depth)) {}

  /// Does some operations.
  virtual void step() = 0;

  Engine& engine() { return *engine_; }

  /// The time if the operation that begins is one whose time is taken, or 0.
  std::int64_t time_of_next() { return ++count_ % stride_ == 0 ? now() : 0; }

  /// Some operations are done that began then (0: it is not known).
  void operation_done(std::int64_t begun, std::uint64_t operations = 1) {
    figures_.operations += operations;
    if (begun != 0) {
      last_ = now();
      figures_.latencies.add(last_ - begun);
      is_over_ = is_over_ || last_ >= deadline_;
    }
  }

  void nothing_left() {
    last_ = now();
    is_over_ = true;
  }

 private:
  static constexpr double kSamplesPerSecond = 50'000;

  std::unique_ptr<Engine> engine_;
  Figures figures_;
  std::int64_t begin_ = 0;
  std::int64_t deadline_ = 0;
  std::int64_t last_ = 0;  // when the time was last taken
  std::uint64_t count_ = 0;
  std::uint64_t stride_ = 1;
  bool is_over_ = false;
};

/// Of thread `part`; all use the one file.
std::unique_ptr<Loop> make_file_loop(const Options& options, const File& file, int part);
std::unique_ptr<Loop> make_list_loop(const Options& options, const File& file, int part);
std::unique_ptr<Loop> make_fsync_loop(const Options& options, const File& file, int part);
std::unique_ptr<Loop> make_ping_pong_loop(const Options& options);
std::unique_ptr<Loop> make_pending_loop(const Options& options);

}  // namespace bench
