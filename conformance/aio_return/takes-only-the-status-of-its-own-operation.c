/* SPDX-License-Identifier: MIT
 *
 * Each operation has its status, which is there whatever the order in which they are retrieved.
 *
 * POSIX.1-2017, aio_return(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

enum { WRITES = 20 };

int main(void) {
  const int file = temporary_file(O_RDWR);
  static char bytes[WRITES];
  struct aiocb blocks[WRITES];
  for (int i = 0; i < WRITES; ++i) {
    blocks[i] = request(file, bytes, (size_t)i, 0);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  for (int i = 0; i < WRITES; ++i) check_error(error_at_end(&blocks[i]), 0, "the error status");
  for (int i = 0; i < WRITES; ++i) {
    const int other = (i * 7) % WRITES;
    check_equal(aio_return(&blocks[other]), other, "the return status");
  }
  return 0;
}
