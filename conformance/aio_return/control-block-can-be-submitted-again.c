/* SPDX-License-Identifier: MIT
 *
 * When the control block is used for another operation, the status of that one can be retrieved.
 *
 * POSIX.1-2017, aio_return(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char buffer[8] = "abcdef";
  struct aiocb block = request(file, buffer, 6, 0);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), 6, "the return status of the write");

  block.aio_nbytes = 2;
  block.aio_offset = 3;
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), 2, "the return status of the read");
  check(memcmp(buffer, "decdef", 6) == 0, "the bytes that were read are in the buffer");

  queued(aio_fsync(O_SYNC, &block), "aio_fsync");
  check_equal(success(&block), 0, "the return status of the synchronization");

  const struct channel pipe = silent_pipe();
  block.aio_fildes = pipe.reader;
  queued(aio_read(&block), "aio_read");
  check_error(aio_error(&block), EINPROGRESS, "the error status of the next read");
  break_silence(pipe);
  check_equal(success(&block), 1, "the return status of the next read");
  return 0;
}
