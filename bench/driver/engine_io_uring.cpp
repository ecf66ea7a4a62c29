// SPDX-License-Identifier: MIT
//
// io_uring by liburing, without registered files and buffers, which no AIO call knows either.
#include <liburing.h>

#include "die.h"
#include "engine.h"

namespace bench {
namespace {

class IoUring : public Engine {
 public:
  explicit IoUring(int depth) {
    if (const int status = io_uring_queue_init(static_cast<unsigned>(depth), &ring_, 0);
        status != 0) {
      die("io_uring_queue_init", -status);
    }
  }
  ~IoUring() override { io_uring_queue_exit(&ring_); }
  IoUring(const IoUring&) = delete;
  IoUring& operator=(const IoUring&) = delete;

  void wait(std::vector<Request*>& done, std::size_t least) override {
    const int status = io_uring_submit_and_wait(&ring_, static_cast<unsigned>(least));
    if (status < 0 && status != -EINTR) {
      die("io_uring_submit_and_wait", -status);
    }
    for (const std::size_t before = done.size(); done.size() < before + least;) {
      io_uring_cqe* first = nullptr;
      if (const int error = io_uring_wait_cqe(&ring_, &first); error != 0 && error != -EINTR) {
        die("io_uring_wait_cqe", -error);
      }
      unsigned head = 0;
      unsigned count = 0;
      io_uring_cqe* completion = nullptr;
      io_uring_for_each_cqe(&ring_, head, completion) {
        auto* const request = static_cast<Request*>(io_uring_cqe_get_data(completion));
        request->result = completion->res;
        done.push_back(request);
        ++count;
      }
      io_uring_cq_advance(&ring_, count);
    }
  }

  bool fdatasync_is_a_barrier() const override { return true; }

 protected:
  void do_submit(Request& request) override {
    io_uring_sqe* const entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) {
      die("more requests than the ring has room for");
    }
    const auto size = static_cast<unsigned>(request.nbytes);
    const auto offset = static_cast<std::uint64_t>(request.offset);
    switch (request.operation) {
      case Operation::kRead:
        io_uring_prep_read(entry, request.fildes, request.buffer, size, offset);
        break;
      case Operation::kWrite:
        io_uring_prep_write(entry, request.fildes, request.buffer, size, offset);
        break;
      case Operation::kFdatasync:
        io_uring_prep_fsync(entry, request.fildes, IORING_FSYNC_DATASYNC);
        entry->flags |= IOSQE_IO_DRAIN;
        break;
    }
    io_uring_sqe_set_data(entry, &request);
  }

 private:
  io_uring ring_{};
};

}  // namespace

std::unique_ptr<Engine> make_io_uring(int depth) { return std::make_unique<IoUring>(depth); }

}  // namespace bench
