/* SPDX-License-Identifier: MIT
 *
 * The buffer and the control block are used while, and only while, the error status is EINPROGRESS:
 * what comes after the cancellation does not get there.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffers[] = "..";
  struct aiocb first = request(pipe.reader, &buffers[0], 1, 0);
  struct aiocb second = request(pipe.reader, &buffers[1], 1, 0);
  queued(aio_read(&first), "aio_read");
  queued(aio_read(&second), "aio_read");
  if (aio_cancel(pipe.reader, &second) != AIO_CANCELED)
    skip("no queued read can be cancelled here");
  check_equal(write(pipe.writer, "ab", 2), 2, "what write returned");
  check_equal(success(&first), 1, "the return status of the first");
  char byte;
  check_equal(read(pipe.reader, &byte, 1), 1, "what read returned");
  check(byte == 'b', "the next byte is for the next reader");
  check(buffers[0] == 'a' && buffers[1] == '.', "the cancelled read's buffer is as it was");
  check_error(aio_error(&second), ECANCELED, "the error status still");
  return 0;
}
