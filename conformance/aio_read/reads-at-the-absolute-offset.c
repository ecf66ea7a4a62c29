/* SPDX-License-Identifier: MIT
 *
 * The read takes place at aio_offset bytes from the start of the file, wherever the file offset is.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "0123456789");
  must((int)lseek(file, 7, SEEK_SET), "lseek");

  char buffer[4] = "";
  struct aiocb block = request(file, buffer, 3, 4);
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), 3, "the return status");
  check(memcmp(buffer, "456", 3) == 0, "the bytes are those at the offset");
  return 0;
}
