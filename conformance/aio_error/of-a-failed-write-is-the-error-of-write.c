/* SPDX-License-Identifier: MIT
 *
 * When the write has failed, the error status is the errno value that write() sets.
 *
 * A write waits at a full pipe, of which the reader then goes.
 *
 * POSIX.1-2017, aio_error(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  const struct channel pipe = full_pipe();
  char buffer[] = "abc";
  struct aiocb block = request(pipe.writer, buffer, 3, 0);
  queued(aio_write(&block), "aio_write");
  must(close(pipe.reader), "close");
  check_error(error_at_end(&block), EPIPE, "the error status at the end");
  return 0;
}
