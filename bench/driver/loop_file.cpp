// SPDX-License-Identifier: MIT
//
// Blocks of a file: with some in flight all the time, a list at a time, or in eights with an
// fdatasync behind them.
#include "die.h"
#include "file.h"
#include "loop.h"
#include "pattern.h"

namespace bench {
namespace {

class OverFile : public Loop {
 protected:
  OverFile(const Options& options, const File& file, int part, int requests, int depth)
      : Loop(options, depth),
        file_(file),
        pattern_(file_.blocks(), options.sequential, static_cast<std::uint64_t>(part),
                 static_cast<std::uint64_t>(options.threads)),
        is_once_(options.cold || options.holes),
        is_write_(options.write),
        memory_(make_buffer(options.block * static_cast<std::size_t>(requests))),
        requests_(static_cast<std::size_t>(requests)) {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      requests_[i].index = static_cast<int>(i);
      requests_[i].buffer = memory_.get() + i * options.block;
    }
  }

  /// Makes it one for the next block, if there is one.
  bool prepare(Request& request) {
    if (pattern_.is_exhausted()) {
      if (is_once_) {
        return false;
      }
      pattern_.start_again();
    }
    const std::uint64_t block = pattern_.next();
    if (is_write_ && written_.size() < kMostWrittenToCheck) {
      written_.push_back(block);
    }
    file_.describe(request, block);
    request.begun = time_of_next();
    return true;
  }

  void done(const Request& request) {
    file_.check(request);
    operation_done(request.begun);
  }

  void verify_written() { file_.check_written(written_); }

  const File& file() const { return file_; }
  std::vector<Request>& requests() { return requests_; }

 private:
  static constexpr std::size_t kMostWrittenToCheck = 256;

  const File& file_;
  Pattern pattern_;
  const bool is_once_;
  const bool is_write_;
  Buffer memory_;
  std::vector<Request> requests_;
  std::vector<std::size_t> written_;
};

class InFlight : public OverFile {
 public:
  InFlight(const Options& options, const File& file, int part)
      : OverFile(options, file, part, options.depth, options.depth) {}

  void finish() override {
    while (in_flight_ > 0) {
      collect();
      for (const Request* const request : done_) {
        file().check(*request);
      }
    }
    verify_written();
  }

 protected:
  void step() override {
    if (in_flight_ == 0) {
      begin();
      return;
    }
    collect();
    for (Request* const request : done_) {
      done(*request);
      submit(*request);
    }
  }

 private:
  void begin() {
    for (Request& request : requests()) {
      submit(request);
    }
    if (in_flight_ == 0) {
      nothing_left();
    }
  }

  void submit(Request& request) {
    if (prepare(request)) {
      engine().submit(request);
      ++in_flight_;
    }
  }

  void collect() {
    done_.clear();
    engine().wait(done_, 1);
    in_flight_ -= done_.size();
  }

  std::size_t in_flight_ = 0;
  std::vector<Request*> done_;
};

class List : public OverFile {
 public:
  List(const Options& options, const File& file, int part)
      : OverFile(options, file, part, options.depth, options.depth) {}

  void finish() override { verify_written(); }

 protected:
  void step() override {
    const std::int64_t begun = now();
    for (Request& request : requests()) {
      if (!prepare(request)) {
        nothing_left();
        return;
      }
    }
    done_.clear();
    engine().run_list(requests(), done_);
    for (const Request* const request : done_) {
      file().check(*request);
    }
    operation_done(begun, requests().size());
  }

 private:
  std::vector<Request*> done_;
};

class Fsync : public OverFile {
 public:
  static constexpr int kWrites = 8;

  Fsync(const Options& options, const File& file, int part)
      : OverFile(options, file, part, kWrites, kWrites + 1) {
    if (!options.write) {
      die("fsync is for --write");
    }
    sync_.index = kWrites;
    sync_.operation = Operation::kFdatasync;
    sync_.fildes = file.fildes();
  }

  void finish() override { verify_written(); }

 protected:
  void step() override {
    const std::int64_t begun = now();
    for (Request& request : requests()) {
      if (!prepare(request)) {
        nothing_left();
        return;
      }
      engine().submit(request);
    }
    done_.clear();
    if (!engine().fdatasync_is_a_barrier()) {
      engine().wait(done_, kWrites);
    }
    engine().submit(sync_);
    engine().wait(done_, kWrites + 1 - done_.size());
    for (const Request& request : requests()) {
      file().check(request);
    }
    if (sync_.result != 0) {
      die("fdatasync", static_cast<int>(-sync_.result));
    }
    operation_done(begun, kWrites);
  }

 private:
  Request sync_;
  std::vector<Request*> done_;
};

}  // namespace

std::unique_ptr<Loop> make_file_loop(const Options& options, const File& file, int part) {
  return std::make_unique<InFlight>(options, file, part);
}

std::unique_ptr<Loop> make_list_loop(const Options& options, const File& file, int part) {
  return std::make_unique<List>(options, file, part);
}

std::unique_ptr<Loop> make_fsync_loop(const Options& options, const File& file, int part) {
  return std::make_unique<Fsync>(options, file, part);
}

}  // namespace bench
