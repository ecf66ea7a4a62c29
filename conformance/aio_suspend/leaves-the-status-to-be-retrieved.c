/* SPDX-License-Identifier: MIT
 *
 * Which operations are complete, and how they ended, is found out by aio_error() and aio_return()
 * after it has returned: it takes nothing away, however often it is called.
 *
 * POSIX.1-2017, aio_suspend(), RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  queued(aio_write(&block), "aio_write");
  const struct aiocb* const list[] = {&block};
  for (int i = 0; i < 3; ++i)
    check_equal(aio_suspend(list, 1, NULL), 0, "what aio_suspend returned");
  check_error(aio_error(&block), 0, "the error status");
  check_equal(aio_return(&block), 5, "the return status");
  return 0;
}
