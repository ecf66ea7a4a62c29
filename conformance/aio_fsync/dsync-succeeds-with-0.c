/* SPDX-License-Identifier: MIT
 *
 * With O_DSYNC the operation does what fdatasync() does: the call returns 0, and so is the status
 * at the end.
 *
 * POSIX.1-2017, aio_fsync(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "abc");
  struct aiocb block = request(file, NULL, 0, 0);
  check_equal(aio_fsync(O_DSYNC, &block), 0, "what aio_fsync returned");
  check_equal(success(&block), 0, "the return status");
  check(has_content(file, "abc"), "the file is as it was");
  return 0;
}
