/* SPDX-License-Identifier: MIT
 *
 * The error status of a cancelled operation is ECANCELED, and its return status -1.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb first, second;
  static char buffers[2];
  first = request(pipe.reader, &buffers[0], 1, 0);
  second = request(pipe.reader, &buffers[1], 1, 0);
  queued(aio_read(&first), "aio_read");
  queued(aio_read(&second), "aio_read");
  if (aio_cancel(pipe.reader, &second) != AIO_CANCELED)
    skip("no queued read can be cancelled here");
  check_error(aio_error(&second), ECANCELED, "the error status");
  check_equal(aio_return(&second), -1, "the return status");
  return 0;
}
