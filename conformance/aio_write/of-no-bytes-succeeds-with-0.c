/* SPDX-License-Identifier: MIT
 *
 * A write of 0 bytes of a regular file, on which there is no error, succeeds with 0 and leaves the
 * file alone.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION; write(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "file");
  char buffer[5] = "mine";
  struct aiocb block = request(file, buffer, 0, 10);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), 0, "the return status");
  check(has_content(file, "file"), "the file is as it was, also in its size");
  return 0;
}
