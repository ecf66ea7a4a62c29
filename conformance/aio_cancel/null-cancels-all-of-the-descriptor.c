/* SPDX-License-Identifier: MIT
 *
 * With a null pointer for the control block, all outstanding cancelable requests of the descriptor
 * are cancelled.
 *
 * That the queued reads can be cancelled is known from the last of them. The first may be carried
 * out already.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "conformance.h"

enum { REQUESTS = 6 };

int main(void) {
  static struct aiocb blocks[REQUESTS];
  static char buffers[REQUESTS];
  const struct channel pipe = silent_pipe();
  for (int i = 0; i < REQUESTS; ++i) {
    blocks[i] = request(pipe.reader, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  if (aio_cancel(pipe.reader, &blocks[REQUESTS - 1]) != AIO_CANCELED)
    skip("no queued read can be cancelled here");
  const int result = aio_cancel(pipe.reader, NULL);
  for (int i = 1; i < REQUESTS; ++i)
    check_error(aio_error(&blocks[i]), ECANCELED, "the error status of a queued read");
  const int first = aio_error(&blocks[0]);
  check(result == (first == ECANCELED ? AIO_CANCELED : AIO_NOTCANCELED),
        "the result says whether all are cancelled");
  check(first == ECANCELED || first == EINPROGRESS, "the first is cancelled or goes on");
  return 0;
}
