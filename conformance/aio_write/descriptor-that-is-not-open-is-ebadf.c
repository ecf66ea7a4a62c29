/* SPDX-License-Identifier: MIT
 *
 * A descriptor that is not open is EBADF, at the call or as the final status.
 *
 * POSIX.1-2017, aio_write(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int closed = temporary_file(O_RDWR);
  must(close(closed), "close");
  char buffer[4] = "abc";
  struct aiocb block = request(closed, buffer, sizeof buffer, 0);
  check_error(error_of(aio_write(&block), &block), EBADF, "the error");
  return 0;
}
