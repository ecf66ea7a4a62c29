/* SPDX-License-Identifier: MIT
 *
 * Several writes through one descriptor may be outstanding; each takes place at its own offset and
 * has its own status.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION
 */
#include "conformance.h"

enum { WRITES = 64, SIZE = 3 };

int main(void) {
  const int file = temporary_file(O_RDWR);
  struct aiocb blocks[WRITES];
  char buffers[WRITES][SIZE];
  for (int i = 0; i < WRITES; ++i) {
    memset(buffers[i], i, SIZE);
    blocks[i] = request(file, buffers[i], SIZE, i * SIZE);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  for (int i = 0; i < WRITES; ++i) check_equal(success(&blocks[i]), SIZE, "the return status");

  char found[WRITES * SIZE + 1];
  check_equal(pread(file, found, sizeof found, 0), WRITES * SIZE, "the size of the file");
  for (int i = 0; i < WRITES * SIZE; ++i) check_equal(found[i], i / SIZE, "a byte");
  return 0;
}
