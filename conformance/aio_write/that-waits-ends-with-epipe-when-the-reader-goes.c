/* SPDX-License-Identifier: MIT
 *
 * A write in progress ends with EPIPE when the last reader of the pipe closes it, as write() does.
 *
 * POSIX.1-2017, aio_write(), ERRORS; write(), ERRORS
 */
#include "conformance.h"

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  const struct channel pipe = full_pipe();
  char buffer[] = "abc";
  struct aiocb block = request(pipe.writer, buffer, 3, 0);
  queued(aio_write(&block), "aio_write");
  check_error(aio_error(&block), EINPROGRESS, "the error status while the reader is there");
  must(close(pipe.reader), "close");
  check_error(error_at_end(&block), EPIPE, "the error status at the end");
  check_equal(aio_return(&block), -1, "the return status");
  return 0;
}
