/* SPDX-License-Identifier: MIT
 *
 * If the first request of a descriptor is cancelled before anything of that descriptor is carried
 * out, the others on it are carried out all the same.
 *
 * Reads of sixty-four other pipes, to which nobody writes yet, keep busy whoever might do it.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "conformance.h"

enum { OTHERS = 64 };

int main(void) {
  static struct aiocb others[OTHERS], blocks[3];
  static char buffers[OTHERS + 3];
  struct channel pipes[OTHERS];
  for (int i = 0; i < OTHERS; ++i) {
    pipes[i] = silent_pipe();
    others[i] = request(pipes[i].reader, &buffers[i], 1, 0);
    queued(aio_read(&others[i]), "aio_read");
  }
  const struct channel pipe = silent_pipe();
  for (int i = 0; i < 3; ++i) {
    blocks[i] = request(pipe.reader, &buffers[OTHERS + i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  if (aio_cancel(pipe.reader, &blocks[0]) != AIO_CANCELED)
    skip("a request that is carried out at once cannot be cancelled here");
  check_error(aio_error(&blocks[0]), ECANCELED, "the error status of the cancelled one");
  for (int i = 0; i < OTHERS; ++i) {
    break_silence(pipes[i]);
    check_equal(success(&others[i]), 1, "the return status of another pipe's");
  }
  check_equal(write(pipe.writer, "ab", 2), 2, "what write returned");
  check_equal(success(&blocks[1]), 1, "the return status of the second");
  check_equal(success(&blocks[2]), 1, "the return status of the third");
  return 0;
}
