// SPDX-License-Identifier: MIT
//
// Single bytes over pipes and sockets: there and back, and reads most of which wait.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "die.h"
#include "loop.h"

namespace bench {
namespace {

struct Stream {
  explicit Stream(bool is_socket) {
    int ends[2];
    if ((is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends)) != 0) {
      die("making a stream", errno);
    }
    read_end = ends[0];
    write_end = ends[1];
  }

  int read_end;
  int write_end;
};

void describe(Request& request, int index, Operation operation, int fildes, char* byte) {
  request.index = index;
  request.operation = operation;
  request.fildes = fildes;
  request.is_stream = true;
  request.buffer = byte;
  request.nbytes = 1;
}

void check(const Request& request, char expected) {
  if (request.result != 1) {
    die("a request on a stream failed", request.result < 0 ? static_cast<int>(-request.result) : 0);
  }
  if (*request.buffer != expected) {
    die("a stream brought another byte than was sent");
  }
}

void write_byte(int fildes, char byte) {
  if (write(fildes, &byte, 1) != 1) {
    die("writing to a stream", errno);
  }
}

// The write goes first, as the loop that knows only read() and write() would wait for ever else.
class PingPong : public Loop {
 public:
  explicit PingPong(const Options& options)
      : Loop(options, 2), there_(options.sockets), back_(options.sockets) {
    describe(ping_, 0, Operation::kWrite, there_.write_end, &sent_);
    describe(pong_, 1, Operation::kRead, back_.read_end, &received_);
    peer_ = std::thread([this] {
      for (char byte; read(there_.read_end, &byte, 1) == 1 && byte != kLast;) {
        write_byte(back_.write_end, byte);
      }
    });
  }

  void finish() override {
    write_byte(there_.write_end, kLast);
    peer_.join();
  }

 protected:
  void step() override {
    sent_ = static_cast<char>(sent_ % 100 + 1);
    const std::int64_t begun = time_of_next();
    engine().submit(ping_);
    engine().submit(pong_);
    done_.clear();
    engine().wait(done_, 2);
    check(ping_, sent_);
    check(pong_, sent_);
    operation_done(begun);
  }

 private:
  static constexpr char kLast = 0;

  Stream there_;
  Stream back_;
  char sent_ = 1;
  char received_ = 0;
  Request ping_;
  Request pong_;
  std::vector<Request*> done_;
  std::thread peer_;
};

// One byte is on its way at a time, so it is known which.
class Pending : public Loop {
 public:
  explicit Pending(const Options& options)
      : Loop(options, options.depth),
        bytes_(static_cast<std::size_t>(options.depth)),
        requests_(bytes_.size()) {
    rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < options.streams; ++i) {
      streams_.emplace_back(options.sockets);
    }
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      describe(requests_[i], static_cast<int>(i), Operation::kRead,
               streams_[i % streams_.size()].read_end, &bytes_[i]);
      engine().submit(requests_[i]);
    }
  }

  void finish() override {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      write_byte(streams_[i % streams_.size()].write_end, 1);
    }
    done_.clear();
    engine().wait(done_, requests_.size());
  }

 protected:
  void step() override {
    sent_ = static_cast<char>(sent_ % 100 + 1);
    place_ = (place_ * 1103515245 + 12345) & 0x7fffffff;
    const std::int64_t begun = time_of_next();
    write_byte(streams_[(place_ >> 8) % streams_.size()].write_end, sent_);
    done_.clear();
    engine().wait(done_, 1);
    if (done_.size() != 1) {
      die("one byte ended several reads");
    }
    check(*done_.front(), sent_);
    engine().submit(*done_.front());
    operation_done(begun);
  }

 private:
  std::vector<Stream> streams_;
  std::vector<char> bytes_;
  std::vector<Request> requests_;
  std::vector<Request*> done_;
  char sent_ = 1;
  std::uint64_t place_ = 1;
};

}  // namespace

std::unique_ptr<Loop> make_ping_pong_loop(const Options& options) {
  return std::make_unique<PingPong>(options);
}

std::unique_ptr<Loop> make_pending_loop(const Options& options) {
  return std::make_unique<Pending>(options);
}

}  // namespace bench
