/* SPDX-License-Identifier: MIT
 *
 * The write takes place at aio_offset bytes from the start of the file, wherever the file offset
 * is.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "0123456789");
  must((int)lseek(file, 7, SEEK_SET), "lseek");

  char buffer[] = "abc";
  struct aiocb block = request(file, buffer, 3, 4);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), 3, "the return status");
  check(has_content(file, "0123abc789"),
        "the bytes are at the offset, and the others as they were");
  return 0;
}
