/* SPDX-License-Identifier: MIT
 *
 * The return status is of type ssize_t and holds what read() and write() return also for large
 * transfers.
 *
 * POSIX.1-2017, aio_return(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

enum { SIZE = 16 << 20 };

int main(void) {
  static char bytes[SIZE];
  memset(bytes, 'x', SIZE);
  const int file = temporary_file(O_RDWR);
  struct aiocb block = request(file, bytes, SIZE, 0);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), SIZE, "the return status of the write");
  memset(bytes, 0, SIZE);
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), SIZE, "the return status of the read");
  for (size_t i = 0; i < SIZE; ++i) check(bytes[i] == 'x', "each byte is there");
  return 0;
}
