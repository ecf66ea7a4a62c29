/* SPDX-License-Identifier: MIT
 *
 * An operation whose status nobody retrieves is complete nevertheless, and holds up no other.
 *
 * POSIX.1-2017, aio_return(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

enum { WRITES = 2000 };

int main(void) {
  const int file = temporary_file(O_RDWR);
  char byte = 'x';
  static struct aiocb blocks[WRITES];
  for (int i = 0; i < WRITES; ++i) {
    blocks[i] = request(file, &byte, 1, i);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  for (int i = 0; i < WRITES; ++i) check_error(error_at_end(&blocks[i]), 0, "the error status");
  check_equal(lseek(file, 0, SEEK_END), WRITES, "the size of the file");
  return 0;
}
