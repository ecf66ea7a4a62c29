// SPDX-License-Identifier: MIT
//
// One way of doing asynchronous I/O, written as a program would use it: what the arms differ in.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "options.h"

namespace bench {

enum class Operation { kRead, kWrite, kFdatasync };

struct Request {
  int index = 0;  // below the engine's depth, and nobody else's
  Operation operation = Operation::kRead;
  int fildes = -1;
  bool is_stream = false;  // and the offset means nothing
  char* buffer = nullptr;
  std::size_t nbytes = 0;
  off_t offset = 0;
  ssize_t result = 0;      // bytes, or -errno
  std::int64_t begun = 0;  // when it was submitted, if that is of interest; or 0
};

/// Used by one thread.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Hands the request over, at once or with the others at the next wait().
  void submit(Request& request) {
    ++submitted_;
    do_submit(request);
  }

  /// Appends what has completed to `done`, once there are `least` of them.
  virtual void wait(std::vector<Request*>& done, std::size_t least) = 0;

  /// Submits all, and returns when all have completed.
  virtual void run_list(std::vector<Request>& requests, std::vector<Request*>& done) {
    for (Request& request : requests) {
      submit(request);
    }
    wait(done, requests.size());
  }

  /// Does an fdatasync that is submitted behind writes wait for them?
  virtual bool fdatasync_is_a_barrier() const { return false; }

  std::uint64_t submitted() const { return submitted_; }

 protected:
  virtual void do_submit(Request& request) = 0;
  void count_list(std::size_t requests) { submitted_ += requests; }

 private:
  std::uint64_t submitted_ = 0;
};

/// At most `depth` requests are in flight.
std::unique_ptr<Engine> make_posixaio(int depth);
std::unique_ptr<Engine> make_posixaio_with(Notify notify, int depth);
std::unique_ptr<Engine> make_libaio(int depth);
std::unique_ptr<Engine> make_io_uring(int depth);
std::unique_ptr<Engine> make_sync();

std::unique_ptr<Engine> make_engine(const Options& options, int depth);

}  // namespace bench
