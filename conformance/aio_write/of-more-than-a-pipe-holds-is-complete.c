/* SPDX-License-Identifier: MIT
 *
 * A write of more bytes than a pipe holds is complete when all are in, as write() is without
 * O_NONBLOCK.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION; write(), DESCRIPTION
 */
#include "conformance.h"

enum { SIZE = 1 << 20 };

static unsigned char bytes[SIZE];

int main(void) {
  for (size_t i = 0; i < SIZE; ++i) bytes[i] = (unsigned char)(i % 251);
  const struct channel pipe = silent_pipe();
  struct aiocb block = request(pipe.writer, bytes, SIZE, 0);
  queued(aio_write(&block), "aio_write");
  check_error(aio_error(&block), EINPROGRESS, "the error status before anything is read");

  for (size_t total = 0; total < SIZE;) {
    static unsigned char found[4096];
    const ssize_t count = read(pipe.reader, found, sizeof found);
    check(count > 0, "the pipe brings bytes");
    check(memcmp(found, bytes + total, (size_t)count) == 0, "they are those of the buffer");
    total += (size_t)count;
  }
  check_equal(success(&block), SIZE, "the return status");
  return 0;
}
