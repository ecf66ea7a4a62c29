// SPDX-License-Identifier: MIT
//
// <aio.h>, waiting by aio_suspend() over what is in flight and asking each with aio_error().
#include "engine.h"
#include "posixaio.h"

namespace bench {
namespace {

class PosixAio : public Engine {
 public:
  explicit PosixAio(int depth)
      : blocks_(static_cast<std::size_t>(depth)),
        requests_(blocks_.size()),
        in_flight_(blocks_.size()) {}

  void wait(std::vector<Request*>& done, std::size_t least) override {
    for (const std::size_t before = done.size(); done.size() < before + least;) {
      if (aio_suspend(in_flight_.data(), static_cast<int>(in_flight_.size()), nullptr) != 0 &&
          errno != EINTR) {
        die("aio_suspend", errno);
      }
      for (std::size_t i = 0; i < in_flight_.size(); ++i) {
        if (in_flight_[i] == nullptr) {
          continue;
        }
        if (const int error = aio_error(&blocks_[i]); error != EINPROGRESS) {
          in_flight_[i] = nullptr;
          posixaio::finish(*requests_[i], blocks_[i], error);
          done.push_back(requests_[i]);
        }
      }
    }
  }

  void run_list(std::vector<Request>& requests, std::vector<Request*>& done) override {
    list_.clear();
    for (Request& request : requests) {
      aiocb& block = blocks_[static_cast<std::size_t>(request.index)];
      posixaio::describe(request, block);
      list_.push_back(&block);
    }
    count_list(requests.size());
    if (lio_listio(LIO_WAIT, list_.data(), static_cast<int>(list_.size()), nullptr) != 0) {
      die("lio_listio", errno);
    }
    for (Request& request : requests) {
      aiocb& block = blocks_[static_cast<std::size_t>(request.index)];
      posixaio::finish(request, block, aio_error(&block));
      done.push_back(&request);
    }
  }

  bool fdatasync_is_a_barrier() const override { return true; }

 protected:
  void do_submit(Request& request) override {
    const auto index = static_cast<std::size_t>(request.index);
    posixaio::submit(request, blocks_[index]);
    requests_[index] = &request;
    in_flight_[index] = &blocks_[index];
  }

 private:
  std::vector<aiocb> blocks_;
  std::vector<Request*> requests_;
  std::vector<const aiocb*> in_flight_;
  std::vector<aiocb*> list_;
};

}  // namespace

std::unique_ptr<Engine> make_posixaio(int depth) { return std::make_unique<PosixAio>(depth); }

}  // namespace bench
