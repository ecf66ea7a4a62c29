// SPDX-License-Identifier: MIT
//
// Linux's native AIO by libaio: what is submitted goes to the kernel in one call before waiting.
#include <libaio.h>

#include "die.h"
#include "engine.h"

namespace bench {
namespace {

class LibAio : public Engine {
 public:
  explicit LibAio(int depth) : blocks_(static_cast<std::size_t>(depth)), events_(blocks_.size()) {
    if (const int status = io_setup(depth, &context_); status != 0) {
      die("io_setup", -status);
    }
    // Not destroyed: that would take 30 ms of nobody's time, and exit does it.
  }

  void wait(std::vector<Request*>& done, std::size_t least) override {
    flush();
    const int count = io_getevents(context_, static_cast<long>(least),
                                   static_cast<long>(events_.size()), events_.data(), nullptr);
    if (count < 0) {
      die("io_getevents", -count);
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      auto* const request = static_cast<Request*>(events_[i].data);
      request->result = static_cast<ssize_t>(events_[i].res);
      done.push_back(request);
    }
  }

 protected:
  void do_submit(Request& request) override {
    iocb* const block = &blocks_[static_cast<std::size_t>(request.index)];
    switch (request.operation) {
      case Operation::kRead:
        io_prep_pread(block, request.fildes, request.buffer, request.nbytes, request.offset);
        break;
      case Operation::kWrite:
        io_prep_pwrite(block, request.fildes, request.buffer, request.nbytes, request.offset);
        break;
      case Operation::kFdatasync: io_prep_fdsync(block, request.fildes); break;
    }
    block->data = &request;
    queued_.push_back(block);
  }

 private:
  void flush() {
    for (std::size_t begin = 0; begin < queued_.size();) {
      const int count =
          io_submit(context_, static_cast<long>(queued_.size() - begin), queued_.data() + begin);
      if (count <= 0) {
        die("io_submit", -count);
      }
      begin += static_cast<std::size_t>(count);
    }
    queued_.clear();
  }

  io_context_t context_ = nullptr;
  std::vector<iocb> blocks_;
  std::vector<iocb*> queued_;
  std::vector<io_event> events_;
};

}  // namespace

std::unique_ptr<Engine> make_libaio(int depth) { return std::make_unique<LibAio>(depth); }

}  // namespace bench
