// SPDX-License-Identifier: MIT
//
// What single calls cost with many requests outstanding: one-byte reads that wait on pipes, all on
// one or spread over many. Knows nothing of aiox: it measures whatever library serves <aio.h>.
#include <aio.h>
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

constexpr int kPipes = 1'000;
constexpr std::size_t kBatch = 64;

void must(bool is_so, const char* what) {
  if (!is_so) {
    std::fprintf(stderr, "bench_calls: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
  }
}

// Requests that wait, for as long as it lives, and one more, the first, that is complete.
class Outstanding {
 public:
  Outstanding(std::size_t requests, std::size_t pipes) : blocks_(requests + 1), batch_(kBatch) {
    for (std::size_t i = 0; i < pipes; ++i) {
      int ends[2];
      must(pipe(ends) == 0, "pipe");
      read_ends_.push_back(ends[0]);
      write_ends_.push_back(ends[1]);
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      describe(blocks_[i], i);
      must(aio_read(&blocks_[i]) == 0, "aio_read");
      all_.push_back(&blocks_[i]);
    }
    for (aiocb& block : batch_) {
      describe(block, static_cast<std::size_t>(&block - batch_.data()));
    }
    must(write(write_ends_.front(), "", 1) == 1, "write");
    wait_for(blocks_.front());
  }

  // What cannot be cancelled, as a thread is about it, gets its byte.
  ~Outstanding() {
    for (std::size_t i = 0; i < read_ends_.size(); ++i) {
      aio_cancel(read_ends_[i], nullptr);
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (aio_error(&blocks_[i]) == EINPROGRESS) {
        must(write(write_ends_[i % write_ends_.size()], "", 1) == 1, "write");
        wait_for(blocks_[i]);
      }
      aio_return(&blocks_[i]);
    }
    for (std::size_t i = 0; i < read_ends_.size(); ++i) {
      close(read_ends_[i]);
      close(write_ends_[i]);
    }
  }

  Outstanding(const Outstanding&) = delete;
  Outstanding& operator=(const Outstanding&) = delete;

  void submit_batch() {
    for (aiocb& block : batch_) {
      must(aio_read(&block) == 0, "aio_read");
    }
  }

  void cancel_batch() {
    for (aiocb& block : batch_) {
      must(aio_cancel(block.aio_fildes, &block) == AIO_CANCELED, "aio_cancel");
    }
  }

  void collect_batch() {
    for (aiocb& block : batch_) {
      must(aio_error(&block) == ECANCELED && aio_return(&block) == -1, "a cancelled request");
    }
  }

  const std::vector<const aiocb*>& all() const { return all_; }

 private:
  void describe(aiocb& block, std::size_t index) {
    block.aio_fildes = read_ends_[index % read_ends_.size()];
    block.aio_buf = &byte_;
    block.aio_nbytes = 1;
  }

  static void wait_for(const aiocb& block) {
    const aiocb* const list[] = {&block};
    while (aio_error(&block) == EINPROGRESS) {
      aio_suspend(list, 1, nullptr);
    }
  }

  char byte_ = 0;
  std::vector<int> read_ends_;
  std::vector<int> write_ends_;
  std::vector<aiocb> blocks_;
  std::vector<const aiocb*> all_;
  std::vector<aiocb> batch_;
};

using Clock = std::chrono::steady_clock;

// Counts as the iteration's time that of one call, of a batch of them.
template <typename Calls>
void timed(benchmark::State& state, const Calls& calls) {
  const Clock::time_point begin = Clock::now();
  calls();
  state.SetIterationTime(std::chrono::duration<double>(Clock::now() - begin).count() / kBatch);
}

Outstanding outstanding(const benchmark::State& state) {
  return {static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1))};
}

void submit(benchmark::State& state) {
  Outstanding requests = outstanding(state);
  for ([[maybe_unused]] const auto round : state) {
    timed(state, [&] { requests.submit_batch(); });
    requests.cancel_batch();
    requests.collect_batch();
  }
}

void cancel(benchmark::State& state) {
  Outstanding requests = outstanding(state);
  for ([[maybe_unused]] const auto round : state) {
    requests.submit_batch();
    timed(state, [&] { requests.cancel_batch(); });
    requests.collect_batch();
  }
}

// Asks for the same few: it must not be the program's own aiocbs, out of its caches, that cost.
void error(benchmark::State& state) {
  const Outstanding requests = outstanding(state);
  const std::size_t waiting = requests.all().size() - 1;
  for ([[maybe_unused]] const auto round : state) {
    timed(state, [&] {
      for (std::size_t i = 0; i < kBatch; ++i) {
        const aiocb* const block = requests.all()[1 + (waiting / 2 + i) % waiting];
        must(aio_error(block) == EINPROGRESS, "aio_error");
      }
    });
  }
}

// Over one that waits and one that does not.
void suspend(benchmark::State& state) {
  const Outstanding requests = outstanding(state);
  const aiocb* const list[] = {requests.all().back(), requests.all().front()};
  for ([[maybe_unused]] const auto round : state) {
    timed(state, [&] {
      for (std::size_t i = 0; i < kBatch; ++i) {
        must(aio_suspend(list, 2, nullptr) == 0, "aio_suspend");
      }
    });
  }
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  for (const int requests : {1, 10, 100, 1'000, 10'000, 100'000}) {
    benchmark->Args({requests, 1});
    if (requests > 1) {
      benchmark->Args({requests, requests < kPipes ? requests : kPipes});
    }
  }
  benchmark->ArgNames({"requests", "pipes"})->UseManualTime()->Iterations(100);
}

BENCHMARK(submit)->Apply(sizes);
BENCHMARK(error)->Apply(sizes);
BENCHMARK(suspend)->Apply(sizes);
BENCHMARK(cancel)->Apply(sizes);

}  // namespace

int main(int argc, char** argv) {
  rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  benchmark::Initialize(&argc, argv);
  return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}
