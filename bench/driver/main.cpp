// SPDX-License-Identifier: MIT
//
// Runs one workload on one engine and prints what it measured. Knows nothing of aiox: over <aio.h>
// it measures whatever library serves that.
#include <barrier>
#include <memory>
#include <thread>
#include <vector>

#include "clock.h"
#include "die.h"
#include "file.h"
#include "loop.h"
#include "options.h"
#include "statistics.h"

namespace bench {
namespace {

bool is_over_streams(const Options& options) {
  return options.workload == "ping-pong" || options.workload == "pending";
}

std::unique_ptr<Loop> make_loop(const Options& options, const File* file, int part) {
  if (file == nullptr) {
    return options.workload == "pending" ? make_pending_loop(options)
                                         : make_ping_pong_loop(options);
  }
  if (options.workload == "file") {
    return make_file_loop(options, *file, part);
  }
  if (options.workload == "list") {
    return make_list_loop(options, *file, part);
  }
  if (options.workload == "fsync") {
    return make_fsync_loop(options, *file, part);
  }
  die("no such workload");
}

// The threads begin to count together. The first is the main thread, and takes the process's time.
Figures measure(const Options& options) {
  std::unique_ptr<const File> file;
  if (!is_over_streams(options)) {
    file = std::make_unique<File>(options);
  }
  const auto threads = static_cast<std::size_t>(options.threads);
  std::vector<std::unique_ptr<Loop>> loops(threads);
  std::barrier together(options.threads);
  double processor = 0;

  const auto run = [&](std::size_t part) {
    loops[part] = make_loop(options, file.get(), static_cast<int>(part));
    together.arrive_and_wait();
    loops[part]->run(options.warm);
    together.arrive_and_wait();
    const std::int64_t before = processor_time();
    loops[part]->run(options.seconds);
    if (part == 0) {
      processor = static_cast<double>(processor_time() - before);
    }
    loops[part]->finish();
  };
  std::vector<std::thread> others;
  for (std::size_t part = 1; part < threads; ++part) {
    others.emplace_back(run, part);
  }
  run(0);
  for (std::thread& other : others) {
    other.join();
  }

  Figures all;
  for (const std::unique_ptr<Loop>& loop : loops) {
    all.add(loop->figures());
  }
  all.processor_time = processor;
  return all;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  const bench::Options options = bench::parse(argc, argv);
  if (options.workload == "make") {
    bench::make_file(options);
  } else {
    bench::measure(options).print();
  }
  return 0;
}
