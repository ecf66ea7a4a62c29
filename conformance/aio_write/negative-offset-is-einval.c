/* SPDX-License-Identifier: MIT
 *
 * An offset that is invalid is EINVAL, at the call or as the final status.
 *
 * POSIX.1-2017, aio_write(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char buffer[4] = "abc";
  struct aiocb block = request(file, buffer, sizeof buffer, -1);
  check_error(error_of(aio_write(&block), &block), EINVAL, "the error");
  return 0;
}
