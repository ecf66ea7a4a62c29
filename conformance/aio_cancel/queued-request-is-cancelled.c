/* SPDX-License-Identifier: MIT
 *
 * It returns AIO_CANCELED if the requested operation was cancelled, of which the final status is
 * there when the call returns.
 *
 * The cancelled read has another one before it on the pipe.
 *
 * POSIX.1-2017, aio_cancel(), RETURN VALUE
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
  const int result = aio_cancel(pipe.reader, &second);
  if (result == AIO_NOTCANCELED) skip("no queued read can be cancelled here");
  check_equal(result, AIO_CANCELED, "what aio_cancel returned");
  check(aio_error(&second) != EINPROGRESS, "the request is not in progress any more");
  return 0;
}
