/* SPDX-License-Identifier: MIT
 *
 * A descriptor that is not valid is refused with EBADF.
 *
 * POSIX.1-2017, aio_fsync(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int closed = temporary_file(O_RDWR);
  must(close(closed), "close");
  const int fildes[] = {closed, -1};
  const int operations[] = {O_SYNC, O_DSYNC};
  for (int i = 0; i < 4; ++i) {
    struct aiocb block = request(fildes[i / 2], NULL, 0, 0);
    check_equal(aio_fsync(operations[i % 2], &block), -1, "what aio_fsync returned");
    check_error(errno, EBADF, "errno");
  }
  return 0;
}
