/* SPDX-License-Identifier: MIT
 *
 * A cancelled write is over: its buffer is not used any more, and nothing of it is written when
 * there is room.
 *
 * The cancelled write has another one before it on the full pipe.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION; XSH 2.8.2 Asynchronous I/O
 */
#include <poll.h>

#include "conformance.h"

int main(void) {
  const struct channel pipe = full_pipe();
  int bytes_before = 0;
  char first_byte = '1', second_byte = '2';
  struct aiocb first = request(pipe.writer, &first_byte, 1, 0);
  struct aiocb second = request(pipe.writer, &second_byte, 1, 0);
  queued(aio_write(&first), "aio_write");
  queued(aio_write(&second), "aio_write");
  if (aio_cancel(pipe.writer, &second) != AIO_CANCELED)
    skip("no queued write can be cancelled here");
  check_error(aio_error(&second), ECANCELED, "the error status");

  char byte = 0;
  struct pollfd there = {.fd = pipe.reader, .events = POLLIN};
  while (aio_error(&first) == EINPROGRESS) {
    check(read(pipe.reader, &byte, 1) == 1, "the pipe can be read");
    ++bytes_before;
  }
  check_equal(success(&first), 1, "the return status of the first");
  while (poll(&there, 1, 50) == 1) {
    check(read(pipe.reader, &byte, 1) == 1, "the pipe can be read");
    check(byte != second_byte, "the cancelled write has written nothing");
  }
  check(byte == first_byte && bytes_before > 0, "the last byte is that of the first write");
  return 0;
}
