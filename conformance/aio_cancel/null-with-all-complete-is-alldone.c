/* SPDX-License-Identifier: MIT
 *
 * With a null pointer, it returns AIO_ALLDONE if all operations of the descriptor are complete.
 *
 * POSIX.1-2017, aio_cancel(), RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb first = request(file, bytes, 5, 0);
  struct aiocb second = request(file, bytes, 5, 5);
  queued(aio_write(&first), "aio_write");
  queued(aio_write(&second), "aio_write");
  check_error(error_at_end(&first), 0, "the error status of the first");
  check_error(error_at_end(&second), 0, "the error status of the second");
  check_equal(aio_cancel(file, NULL), AIO_ALLDONE, "what aio_cancel returned");
  check_equal(aio_return(&first), 5, "the return status of the first");
  check_equal(aio_return(&second), 5, "the return status of the second");
  return 0;
}
