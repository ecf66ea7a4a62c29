/* SPDX-License-Identifier: MIT
 *
 * A write to a pipe that nobody has open for reading ends with EPIPE, which is write()'s.
 *
 * POSIX.1-2017, aio_write(), ERRORS; write(), ERRORS
 */
#include "conformance.h"

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  const struct channel pipe = silent_pipe();
  must(close(pipe.reader), "close");
  char buffer[] = "abc";
  struct aiocb block = request(pipe.writer, buffer, 3, 0);
  check_error(error_of(aio_write(&block), &block), EPIPE, "the error");
  return 0;
}
