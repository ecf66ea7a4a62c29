// SPDX-License-Identifier: MIT
#include "file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include "die.h"

namespace bench {
namespace {

// The number of the unit, and who wrote it: a write that is lost is then noticed, too.
struct Stamp {
  std::uint64_t unit;
  std::uint64_t writer;
};

void stamp(char* buffer, std::size_t nbytes, std::size_t offset) {
  for (std::size_t at = 0; at < nbytes; at += kStampedUnit) {
    const Stamp mark{(offset + at) / kStampedUnit, static_cast<std::uint64_t>(getpid())};
    std::memcpy(buffer + at, &mark, sizeof mark);
  }
}

Stamp stamp_of(const char* buffer) {
  Stamp mark;
  std::memcpy(&mark, buffer, sizeof mark);
  return mark;
}

void must(const char* what, int status) {
  if (status != 0) {
    die(what, status == -1 ? errno : status);
  }
}

void read_all(int fildes, std::size_t span) {
  const Buffer buffer = make_buffer(std::size_t{1} << 20);
  for (std::size_t at = 0; at < span; at += std::size_t{1} << 20) {
    if (pread(fildes, buffer.get(), std::size_t{1} << 20, static_cast<off_t>(at)) <= 0) {
      die("reading the file into the cache", errno);
    }
  }
}

}  // namespace

void Free::operator()(char* memory) const { std::free(memory); }

Buffer make_buffer(std::size_t size) {
  void* memory = nullptr;
  must("memory", posix_memalign(&memory, kStampedUnit, size));
  std::memset(memory, 1, size);
  return Buffer(static_cast<char*>(memory));
}

File::File(const Options& options)
    : options_(options),
      fildes_(open(options.file.c_str(),
                   (options.write ? O_RDWR : O_RDONLY) | (options.direct ? O_DIRECT : 0))),
      span_(options.span) {
  struct stat status;
  if (fildes_ == -1 || fstat(fildes_, &status) != 0) {
    die(options.file.c_str(), errno);
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (span_ == 0) {
    span_ = size;
  }
  if (size < span_ || span_ < options.block) {
    die("the file is too small");
  }
  if (options.holes) {
    must("emptying the file", ftruncate(fildes_, 0));
    must("making a hole", ftruncate(fildes_, static_cast<off_t>(size)));
  }
  if (options.cold || options.direct) {
    must("fsync", fsync(fildes_));
    must("posix_fadvise", posix_fadvise(fildes_, 0, 0, POSIX_FADV_DONTNEED));
  } else {
    read_all(fildes_, span_);
  }
}

File::~File() {
  if (options_.write) {  // what is left to write is not to fall into somebody else's time
    must("fsync", fsync(fildes_));
  }
  close(fildes_);
}

void File::describe(Request& request, std::size_t block) const {
  request.operation = options_.write ? Operation::kWrite : Operation::kRead;
  request.fildes = fildes_;
  request.nbytes = options_.block;
  request.offset = static_cast<off_t>(block * options_.block);
  if (options_.write) {
    stamp(request.buffer, request.nbytes, block * options_.block);
  }
}

void File::check(const Request& request) const {
  if (request.result < 0) {
    die("a request failed", static_cast<int>(-request.result));
  }
  if (request.result != static_cast<ssize_t>(request.nbytes)) {
    die("a request was short");
  }
  if (request.operation == Operation::kRead &&
      stamp_of(request.buffer).unit * kStampedUnit != static_cast<std::size_t>(request.offset)) {
    die("a read brought what is not at its offset");
  }
}

void File::check_written(const std::vector<std::size_t>& blocks) const {
  const Buffer buffer = make_buffer(options_.block);
  for (const std::size_t block : blocks) {
    const std::size_t at = block * options_.block;
    if (pread(fildes_, buffer.get(), options_.block, static_cast<off_t>(at)) !=
        static_cast<ssize_t>(options_.block)) {
      die("reading what was written", errno);
    }
    const Stamp mark = stamp_of(buffer.get());
    if (mark.unit * kStampedUnit != at || mark.writer != static_cast<std::uint64_t>(getpid())) {
      die("a write is not in the file");
    }
  }
}

void make_file(const Options& options) {
  const int fildes = open(options.file.c_str(), O_CREAT | O_TRUNC | O_RDWR, 0600);
  if (fildes == -1) {
    die(options.file.c_str(), errno);
  }
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  const Buffer buffer = make_buffer(kPiece);
  for (std::size_t at = 0; at < options.span; at += kPiece) {
    stamp(buffer.get(), kPiece, at);
    if (pwrite(fildes, buffer.get(), kPiece, static_cast<off_t>(at)) != kPiece) {
      die("writing the file", errno);
    }
  }
  must("fsync", fsync(fildes));
  close(fildes);
}

}  // namespace bench
