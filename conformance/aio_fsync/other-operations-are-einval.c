/* SPDX-License-Identifier: MIT
 *
 * An operation that is neither O_DSYNC nor O_SYNC is refused with EINVAL.
 *
 * POSIX.1-2017, aio_fsync(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  const int operations[] = {0, -1, O_RDWR, O_APPEND, ~O_SYNC};
  for (size_t i = 0; i < sizeof operations / sizeof *operations; ++i) {
    struct aiocb block = request(file, NULL, 0, 0);
    check_equal(aio_fsync(operations[i], &block), -1, "what aio_fsync returned");
    check_error(errno, EINVAL, "errno");
  }
  return 0;
}
