/* SPDX-License-Identifier: MIT
 *
 * A read of 0 bytes of a regular file, on which there is no error, succeeds with 0 and leaves the
 * buffer alone.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "file");
  char buffer[5] = "mine";
  struct aiocb block = request(file, buffer, 0, 0);
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), 0, "the return status");
  check(strcmp(buffer, "mine") == 0, "the buffer is as it was");
  return 0;
}
