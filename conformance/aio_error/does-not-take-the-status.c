/* SPDX-License-Identifier: MIT
 *
 * The error status can be had as often as wanted before the return status is retrieved.
 *
 * POSIX.1-2017, aio_error(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

enum { TIMES = 1000 };

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "abc");
  char buffer[3];
  struct aiocb block = request(file, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  check_error(error_at_end(&block), 0, "the error status at the end");
  for (int i = 0; i < TIMES; ++i) check_error(aio_error(&block), 0, "the error status afterwards");
  check_equal(aio_return(&block), sizeof buffer, "the return status");
  return 0;
}
