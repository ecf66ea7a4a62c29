/* SPDX-License-Identifier: MIT
 *
 * Several reads of one descriptor may be outstanding; each takes place at its own offset and has
 * its own status.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION
 */
#include "conformance.h"

enum { READS = 64, SIZE = 3 };

int main(void) {
  const int file = temporary_file(O_RDWR);
  char text[READS * SIZE];
  for (int i = 0; i < READS * SIZE; ++i) text[i] = (char)(i / SIZE);
  check(pwrite(file, text, sizeof text - 1, 0) == sizeof text - 1, "the file takes the bytes");

  struct aiocb blocks[READS];
  char buffers[READS][SIZE];
  for (int i = 0; i < READS; ++i) {
    blocks[i] = request(file, buffers[i], SIZE, i * SIZE);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  for (int i = 0; i < READS; ++i) {
    const int expected = i < READS - 1 ? SIZE : SIZE - 1;
    check_equal(success(&blocks[i]), expected, "the return status");
    for (int j = 0; j < expected; ++j) check_equal(buffers[i][j], i, "a byte");
  }
  return 0;
}
