/* SPDX-License-Identifier: MIT
 *
 * It returns AIO_ALLDONE if the operation is complete, whose status stays as it is.
 *
 * POSIX.1-2017, aio_cancel(), RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  queued(aio_write(&block), "aio_write");
  check_error(error_at_end(&block), 0, "the error status");
  check_equal(aio_cancel(file, &block), AIO_ALLDONE, "what aio_cancel returned");
  check_error(aio_error(&block), 0, "the error status afterwards");
  check_equal(aio_return(&block), 5, "the return status");
  return 0;
}
