/* SPDX-License-Identifier: MIT
 *
 * It fails with EBADF if the descriptor is not valid, also when a control block is given.
 *
 * POSIX.1-2017, aio_cancel(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), 5, "the return status");
  must(close(file), "close");
  check_equal(aio_cancel(file, &block), -1, "what aio_cancel returned");
  check_error(errno, EBADF, "errno");
  return 0;
}
