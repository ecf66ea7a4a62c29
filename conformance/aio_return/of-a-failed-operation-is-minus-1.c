/* SPDX-License-Identifier: MIT
 *
 * The return status of an operation that failed is what read() or write() returns then: -1.
 *
 * A write waits at a full pipe, of which the reader then goes.
 *
 * POSIX.1-2017, aio_return(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  const struct channel pipe = full_pipe();
  char buffer[] = "abc";
  struct aiocb block = request(pipe.writer, buffer, 3, 0);
  queued(aio_write(&block), "aio_write");
  must(close(pipe.reader), "close");
  check_error(error_at_end(&block), EPIPE, "the error status");
  check_equal(aio_return(&block), -1, "the return status");
  return 0;
}
