/* SPDX-License-Identifier: MIT
 *
 * It fails with EBADF if the descriptor is not valid.
 *
 * POSIX.1-2017, aio_cancel(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  must(close(pipe.reader), "close");
  check_equal(aio_cancel(pipe.reader, NULL), -1, "what it returned for a closed descriptor");
  check_error(errno, EBADF, "errno");
  errno = 0;
  check_equal(aio_cancel(-1, NULL), -1, "what it returned for -1");
  check_error(errno, EBADF, "errno");
  return 0;
}
