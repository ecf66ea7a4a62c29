/* SPDX-License-Identifier: MIT
 *
 * The control block of an operation that is not cancelled is not modified.
 *
 * The write has begun, and is longer than what the pipe holds.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include <poll.h>

#include "conformance.h"

enum { MORE_THAN_A_PIPE_HOLDS = 1 << 21 };

int main(void) {
  const struct channel pipe = silent_pipe();
  static char bytes[MORE_THAN_A_PIPE_HOLDS];
  struct aiocb block = request(pipe.writer, bytes, sizeof bytes, 0);
  queued(aio_write(&block), "aio_write");
  struct pollfd begun = {.fd = pipe.reader, .events = POLLIN};
  must(poll(&begun, 1, -1), "poll");
  if (aio_cancel(pipe.writer, &block) != AIO_NOTCANCELED)
    skip("a write in progress can be cancelled here");
  check_error(aio_error(&block), EINPROGRESS, "the error status");
  drain(pipe, MORE_THAN_A_PIPE_HOLDS);
  check_equal(success(&block), MORE_THAN_A_PIPE_HOLDS, "the return status in the end");
  return 0;
}
