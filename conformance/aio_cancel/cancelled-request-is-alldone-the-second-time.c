/* SPDX-License-Identifier: MIT
 *
 * A cancelled operation is complete: to cancel it once more brings AIO_ALLDONE and no further
 * notification.
 *
 * POSIX.1-2017, aio_cancel(), RETURN VALUE
 */
#include "notification.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb first, second;
  static char buffers[2];
  block_signal(SIGRTMIN);
  first = request(pipe.reader, &buffers[0], 1, 0);
  second = request(pipe.reader, &buffers[1], 1, 0);
  second.aio_sigevent = by_signal(SIGRTMIN, 1);
  queued(aio_read(&first), "aio_read");
  queued(aio_read(&second), "aio_read");
  if (aio_cancel(pipe.reader, &second) != AIO_CANCELED)
    skip("no queued read can be cancelled here");
  receive(SIGRTMIN);
  check_equal(aio_cancel(pipe.reader, &second), AIO_ALLDONE, "what aio_cancel returned then");
  check_error(aio_error(&second), ECANCELED, "the error status");
  check(!comes(SIGRTMIN), "no second signal comes");
  return 0;
}
