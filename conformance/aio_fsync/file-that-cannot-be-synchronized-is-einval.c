/* SPDX-License-Identifier: MIT
 *
 * A file for which synchronized I/O is not supported is refused with EINVAL.
 *
 * It is one for which fsync() says so, too.
 *
 * POSIX.1-2017, aio_fsync(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  check(fsync(pipe.writer) == -1 && errno == EINVAL, "a pipe cannot be synchronized");
  struct aiocb block = request(pipe.writer, NULL, 0, 0);
  check_equal(aio_fsync(O_SYNC, &block), -1, "what aio_fsync returned");
  check_error(errno, EINVAL, "errno");
  return 0;
}
