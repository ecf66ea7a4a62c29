/* SPDX-License-Identifier: MIT
 *
 * aio_nbytes bytes are read into the buffer, and none behind them.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "0123456789");
  char buffer[8] = "-------";
  struct aiocb block = request(file, buffer, 4, 0);
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), 4, "the return status");
  check(strcmp(buffer, "0123---") == 0, "four bytes are in the buffer and no more");
  return 0;
}
