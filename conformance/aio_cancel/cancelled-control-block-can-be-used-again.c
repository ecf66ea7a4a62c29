/* SPDX-License-Identifier: MIT
 *
 * When its error status is not EINPROGRESS any more, the control block is the program's, which can
 * submit it again.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffers[2] = "";
  struct aiocb first = request(pipe.reader, &buffers[0], 1, 0);
  struct aiocb second = request(pipe.reader, &buffers[1], 1, 0);
  queued(aio_read(&first), "aio_read");
  for (int i = 0; i < 100; ++i) {
    queued(aio_read(&second), "aio_read");
    if (aio_cancel(pipe.reader, &second) != AIO_CANCELED)
      skip("no queued read can be cancelled here");
    check_error(aio_error(&second), ECANCELED, "the error status of the cancelled one");
    check_equal(aio_return(&second), -1, "its return status");
  }
  queued(aio_read(&second), "aio_read");
  check_equal(write(pipe.writer, "ab", 2), 2, "what write returned");
  check_equal(success(&first), 1, "the return status of the first");
  check_equal(success(&second), 1, "the return status of the second");
  check(memcmp(buffers, "ab", 2) == 0, "both have their byte");
  return 0;
}
