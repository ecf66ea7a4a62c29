/* SPDX-License-Identifier: MIT
 *
 * With O_APPEND the writes append to the file in the order in which the calls were made.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION; XSH 2.8.2
 */
#include "conformance.h"

enum { WRITES = 500 };

int main(void) {
  const int file = temporary_file(O_RDWR | O_APPEND);
  static struct aiocb blocks[WRITES];
  static int numbers[WRITES];
  for (int i = 0; i < WRITES; ++i) {
    numbers[i] = i;
    blocks[i] = request(file, &numbers[i], sizeof numbers[i], 0);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  for (int i = 0; i < WRITES; ++i)
    check_equal(success(&blocks[i]), sizeof numbers[i], "the return status");

  static int found[WRITES + 1];
  check_equal(pread(file, found, sizeof found, 0), sizeof numbers, "the size of the file");
  for (int i = 0; i < WRITES; ++i) check_equal(found[i], i, "what is at this place in the file");
  return 0;
}
