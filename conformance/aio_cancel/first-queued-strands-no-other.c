/* SPDX-License-Identifier: MIT
 *
 * If the first of those that are queued is cancelled, the others on the descriptor are carried out
 * all the same.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb blocks[4];
  static char buffers[4];
  for (int i = 0; i < 4; ++i) {
    blocks[i] = request(pipe.reader, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  if (aio_cancel(pipe.reader, &blocks[1]) != AIO_CANCELED)
    skip("no queued read can be cancelled here");
  check_equal(write(pipe.writer, "abc", 3), 3, "what write returned");
  for (int i = 0; i < 4; ++i)
    if (i != 1) check_equal(success(&blocks[i]), 1, "the return status of another");
  return 0;
}
