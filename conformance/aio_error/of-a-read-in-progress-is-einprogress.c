/* SPDX-License-Identifier: MIT
 *
 * While the read has not completed, the error status is EINPROGRESS.
 *
 * POSIX.1-2017, aio_error(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

enum { TIMES = 1000 };

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[4] = "abc";
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  for (int i = 0; i < TIMES; ++i)
    check_error(aio_error(&block), EINPROGRESS, "the error status before the end");

  break_silence(pipe);
  check_error(error_at_end(&block), 0, "the error status at the end");
  return 0;
}
