// SPDX-License-Identifier: MIT
#include "support/transfer.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <ostream>

#include "support/patience.h"

namespace aiox::test {
namespace {

constexpr std::size_t kAlignment = 4096;

char* aligned_buffer(std::size_t nbytes) {
  const std::size_t size =
      (std::max<std::size_t>(nbytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
  void* const buffer = std::aligned_alloc(kAlignment, size);
  if (buffer == nullptr) {
    throw std::bad_alloc();
  }
  std::memset(buffer, 0, size);
  return static_cast<char*>(buffer);
}

Outcome ended(int submitted, aiocb& block) {
  return submitted == 0 ? finish(block) : Outcome{.error = -1, .value = -1};
}

}  // namespace

Transfer::Transfer(int fildes, std::size_t nbytes, off_t offset)
    : aiocb{}, buffer_(aligned_buffer(nbytes)) {
  aio_fildes = fildes;
  aio_buf = buffer_.get();
  aio_nbytes = nbytes;
  aio_offset = offset;
  aio_lio_opcode = LIO_READ;
  aio_sigevent.sigev_notify = SIGEV_NONE;
}

Transfer::Transfer(int fildes, std::string_view bytes, off_t offset)
    : Transfer(fildes, bytes.size(), offset) {
  std::copy(bytes.begin(), bytes.end(), buffer_.get());
  aio_lio_opcode = LIO_WRITE;
}

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << "{error " << outcome.error << " (" << std::strerror(outcome.error) << "), value "
       << outcome.value << "}";
}

int wait_for(const aiocb& block) {
  const aiocb* const list[] = {&block};
  const timespec patience{.tv_sec = kPatience.count(), .tv_nsec = 0};
  while (aio_suspend(list, 1, &patience) != 0) {
    if (errno != EINTR) {
      give_up("the end of a request");
    }
  }
  const int status = aio_error(&block);
  EXPECT_NE(status, EINPROGRESS) << "aio_suspend() returned before the request was over";
  return status;
}

Outcome outcome_of(aiocb& block) {
  const int error = aio_error(&block);
  errno = 0;
  const ssize_t value = aio_return(&block);
  EXPECT_EQ(errno, value == -1 ? error : 0) << "errno after aio_return()";
  return {.error = error, .value = value};
}

Outcome finish(aiocb& block) {
  wait_for(block);
  return outcome_of(block);
}

Outcome run_read(aiocb& block) { return ended(aio_read(&block), block); }
Outcome run_write(aiocb& block) { return ended(aio_write(&block), block); }
Outcome run_sync(aiocb& block) { return ended(aio_fsync(O_SYNC, &block), block); }

Outcome read_in_passing(int fildes, std::size_t nbytes, off_t offset) {
  Transfer read = read_of(fildes, nbytes, offset);
  return run_read(read);
}

Outcome write_in_passing(int fildes, std::string_view bytes, off_t offset) {
  Transfer write = write_of(fildes, bytes, offset);
  return run_write(write);
}

int suspend_on(const aiocb& block, long milliseconds) {
  const aiocb* const list[] = {&block};
  const timespec limit{.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1'000'000};
  return aio_suspend(list, 1, &limit);
}

int list_io(int mode, std::span<aiocb* const> list, sigevent* event) {
  aiocb* const none[] = {nullptr};  // the array must be there, also for no entries
  return lio_listio(mode, list.empty() ? none : list.data(), static_cast<int>(list.size()), event);
}

}  // namespace aiox::test
