/* SPDX-License-Identifier: MIT
 *
 * A descriptor that is not open for reading is EBADF, at the call or as the final status.
 *
 * POSIX.1-2017, aio_read(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_WRONLY);
  char buffer[4] = "abc";
  struct aiocb block = request(file, buffer, sizeof buffer, 0);
  check_error(error_of(aio_read(&block), &block), EBADF, "the error");
  return 0;
}
