/* SPDX-License-Identifier: MIT
 *
 * With a null pointer, only requests of that descriptor are cancelled.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  const struct channel other = silent_pipe();
  static struct aiocb blocks[4];
  static char buffers[4];
  for (int i = 0; i < 4; ++i) {
    blocks[i] = request(i < 2 ? pipe.reader : other.reader, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  aio_cancel(pipe.reader, NULL);
  for (int i = 2; i < 4; ++i)
    check_error(aio_error(&blocks[i]), EINPROGRESS, "the error status on the other descriptor");
  check_equal(write(other.writer, "ab", 2), 2, "what write returned");
  check_equal(success(&blocks[2]), 1, "the return status of the other's first");
  check_equal(success(&blocks[3]), 1, "the return status of the other's second");
  return 0;
}
