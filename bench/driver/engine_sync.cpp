// SPDX-License-Identifier: MIT
//
// No asynchronous I/O at all: what a program does that has one request at a time.
#include <unistd.h>

#include <cerrno>

#include "engine.h"

namespace bench {
namespace {

class Sync : public Engine {
 public:
  void wait(std::vector<Request*>& done, std::size_t) override {
    done.insert(done.end(), done_.begin(), done_.end());
    done_.clear();
  }

 protected:
  void do_submit(Request& request) override {
    request.result = perform(request);
    if (request.result == -1) {
      request.result = -errno;
    }
    done_.push_back(&request);
  }

 private:
  static ssize_t perform(const Request& request) {
    switch (request.operation) {
      case Operation::kRead:
        return request.is_stream
                   ? read(request.fildes, request.buffer, request.nbytes)
                   : pread(request.fildes, request.buffer, request.nbytes, request.offset);
      case Operation::kWrite:
        return request.is_stream
                   ? write(request.fildes, request.buffer, request.nbytes)
                   : pwrite(request.fildes, request.buffer, request.nbytes, request.offset);
      case Operation::kFdatasync: return fdatasync(request.fildes);
    }
    return -1;
  }

  std::vector<Request*> done_;
};

}  // namespace

std::unique_ptr<Engine> make_sync() { return std::make_unique<Sync>(); }

}  // namespace bench
