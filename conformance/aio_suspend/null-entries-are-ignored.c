/* SPDX-License-Identifier: MIT
 *
 * Null pointers in the list are ignored, wherever they are: they neither count as complete nor hide
 * what is.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include <time.h>

#include "conformance.h"

int main(void) {
  const struct channel silent = silent_pipe();
  char buffers[2];
  struct aiocb pending = request(silent.reader, &buffers[0], 1, 0);
  queued(aio_read(&pending), "aio_read");
  const struct aiocb* const in_progress[] = {NULL, &pending, NULL};
  const struct timespec time = {.tv_nsec = 10000000};
  check_equal(aio_suspend(in_progress, 3, &time), -1,
              "what aio_suspend returned for one in progress");
  check_error(errno, EAGAIN, "errno");

  break_silence(silent);
  check_equal(aio_suspend(in_progress, 3, NULL), 0, "what aio_suspend returned for one that ends");
  check_equal(success(&pending), 1, "the return status");
  return 0;
}
