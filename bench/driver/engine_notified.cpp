// SPDX-License-Identifier: MIT
//
// <aio.h>, told of each completion by a queued signal or by a callback.
#include <condition_variable>
#include <csignal>
#include <mutex>

#include "engine.h"
#include "posixaio.h"

namespace bench {
namespace {

class Notified : public Engine {
 public:
  explicit Notified(int depth) : blocks_(static_cast<std::size_t>(depth)) {}

 protected:
  virtual sigevent event_for(Request& request) = 0;

  void do_submit(Request& request) override {
    aiocb& block = blocks_[static_cast<std::size_t>(request.index)];
    block.aio_sigevent = event_for(request);
    posixaio::submit(request, block);
  }

  void finish(Request& request, std::vector<Request*>& done) {
    aiocb& block = blocks_[static_cast<std::size_t>(request.index)];
    const int error = aio_error(&block);
    if (error == EINPROGRESS) {
      die("told of a request that is in progress");
    }
    posixaio::finish(request, block, error);
    done.push_back(&request);
  }

 private:
  std::vector<aiocb> blocks_;
};

class BySignal : public Notified {
 public:
  explicit BySignal(int depth) : Notified(depth) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGRTMIN);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  void wait(std::vector<Request*>& done, std::size_t least) override {
    for (std::size_t i = 0; i < least;) {
      siginfo_t told;
      if (sigwaitinfo(&signals_, &told) == SIGRTMIN) {
        finish(*static_cast<Request*>(told.si_value.sival_ptr), done);
        ++i;
      } else if (errno != EINTR) {
        die("sigwaitinfo", errno);
      }
    }
  }

 protected:
  sigevent event_for(Request& request) override {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN;
    event.sigev_value.sival_ptr = &request;
    return event;
  }

 private:
  sigset_t signals_;
};

class ByThread : public Notified {
 public:
  explicit ByThread(int depth) : Notified(depth), told_(static_cast<std::size_t>(depth)) {}

  void wait(std::vector<Request*>& done, std::size_t least) override {
    for (std::size_t count = 0; count < least;) {
      std::vector<Request*> told;
      {
        std::unique_lock lock(mutex_);
        some_.wait(lock, [this] { return !queue_.empty(); });
        told.swap(queue_);
      }
      count += told.size();
      for (Request* const request : told) {
        finish(*request, done);
      }
    }
  }

 protected:
  sigevent event_for(Request& request) override {
    Told& told = told_[static_cast<std::size_t>(request.index)];
    told = {.engine = this, .request = &request};
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval value) {
      const Told copy = *static_cast<Told*>(value.sival_ptr);
      const std::lock_guard lock(copy.engine->mutex_);
      copy.engine->queue_.push_back(copy.request);
      copy.engine->some_.notify_one();
    };
    event.sigev_value.sival_ptr = &told;
    return event;
  }

 private:
  struct Told {
    ByThread* engine;
    Request* request;
  };

  std::vector<Told> told_;
  std::mutex mutex_;
  std::condition_variable some_;
  std::vector<Request*> queue_;  // of those that are told of and not waited for; under mutex_
};

}  // namespace

std::unique_ptr<Engine> make_posixaio_with(Notify notify, int depth) {
  if (notify == Notify::kSignal) {
    return std::make_unique<BySignal>(depth);
  }
  return std::make_unique<ByThread>(depth);
}

}  // namespace bench
