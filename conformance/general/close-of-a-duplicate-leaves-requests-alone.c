/* SPDX-License-Identifier: MIT
 *
 * Requests are outstanding against their file descriptor: when another one for the same file is
 * closed, they go on.
 *
 * POSIX.1-2017, close(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  const int duplicate = must(dup(pipe.reader), "dup");
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  must(close(duplicate), "close");
  check_error(aio_error(&block), EINPROGRESS, "the error status after the close");
  break_silence(pipe);
  check_equal(success(&block), 1, "the return status");
  return 0;
}
