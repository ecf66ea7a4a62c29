/* SPDX-License-Identifier: MIT
 *
 * A read of an empty pipe that nobody has open for writing succeeds with 0, as read() does.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[4] = "";
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  check_error(aio_error(&block), EINPROGRESS, "the error status while the writer is there");
  must(close(pipe.writer), "close");
  check_equal(success(&block), 0, "the return status");
  return 0;
}
