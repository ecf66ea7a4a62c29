// SPDX-License-Identifier: MIT
//
// An aiocb with the buffer that it needs, and what comes of a request.
#pragma once

#include <aio.h>

#include <cstddef>
#include <cstdlib>
#include <iosfwd>
#include <memory>
#include <span>
#include <string_view>

namespace aiox::test {

/// An aiocb that owns its buffer, which is aligned as O_DIRECT asks for. It tells nobody of its
/// completion (SIGEV_NONE) unless its aio_sigevent is changed. It stays where it is, and has to
/// outlive its request.
class Transfer : public aiocb {
 public:
  Transfer(int fildes, std::size_t nbytes, off_t offset);
  Transfer(int fildes, std::string_view bytes, off_t offset);

  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// The first bytes of the buffer.
  std::string_view bytes(std::size_t count) const { return {buffer_.get(), count}; }

 private:
  struct Free {
    void operator()(char* buffer) const { std::free(buffer); }
  };
  std::unique_ptr<char, Free> buffer_;
};

inline Transfer read_of(int fildes, std::size_t nbytes, off_t offset = 0) {
  return {fildes, nbytes, offset};
}
inline Transfer write_of(int fildes, std::string_view bytes, off_t offset = 0) {
  return {fildes, bytes, offset};
}
inline Transfer sync_of(int fildes) { return {fildes, std::string_view{}, 0}; }

/// What aio_error() and aio_return() say in the end.
struct Outcome {
  int error;
  ssize_t value;
  bool operator==(const Outcome&) const = default;
};
void PrintTo(const Outcome& outcome, std::ostream* out);

constexpr Outcome success(ssize_t value) { return {.error = 0, .value = value}; }
constexpr Outcome failure(int error) { return {.error = error, .value = -1}; }

/// Waits until it is over and returns the error status.
int wait_for(const aiocb& block);

/// Retrieves what came of a request that is over.
Outcome outcome_of(aiocb& block);

/// wait_for(), then outcome_of().
Outcome finish(aiocb& block);

/// Submits and finishes; what the call itself refuses is told as -1 for an error.
Outcome run_read(aiocb& block);
Outcome run_write(aiocb& block);
Outcome run_sync(aiocb& block);

/// One read or write with nothing special about it.
Outcome read_in_passing(int fildes, std::size_t nbytes, off_t offset = 0);
Outcome write_in_passing(int fildes, std::string_view bytes, off_t offset = 0);

/// aio_suspend() on one request, with up to that many milliseconds.
int suspend_on(const aiocb& block, long milliseconds);

/// lio_listio() over what is in `list`.
int list_io(int mode, std::span<aiocb* const> list, sigevent* event = nullptr);

}  // namespace aiox::test
