/* SPDX-License-Identifier: MIT
 *
 * While the write has not completed, the error status is EINPROGRESS.
 *
 * POSIX.1-2017, aio_error(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

enum { TIMES = 1000 };

int main(void) {
  const struct channel pipe = full_pipe();
  char buffer[4] = "abc";
  struct aiocb block = request(pipe.writer, buffer, sizeof buffer, 0);
  queued(aio_write(&block), "aio_write");
  for (int i = 0; i < TIMES; ++i)
    check_error(aio_error(&block), EINPROGRESS, "the error status before the end");

  make_room(pipe);
  check_error(error_at_end(&block), 0, "the error status at the end");
  return 0;
}
