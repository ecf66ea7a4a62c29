/* SPDX-License-Identifier: MIT
 *
 * The buffer is used by the system while, and only while, the error status is EINPROGRESS: as soon
 * as another status is seen, all bytes are there.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include "conformance.h"

enum { ROUNDS = 100, SIZE = 1 << 18 };

int main(void) {
  static char expected[SIZE], buffer[SIZE];
  const int file = temporary_file(O_RDWR);
  for (int round = 0; round < ROUNDS; ++round) {
    memset(expected, round + 1, SIZE);
    check_equal(pwrite(file, expected, SIZE, 0), SIZE, "what pwrite returned");
    struct aiocb block = request(file, buffer, SIZE, 0);
    queued(aio_read(&block), "aio_read");
    while (aio_error(&block) == EINPROGRESS) continue;
    check(memcmp(buffer, expected, SIZE) == 0, "all bytes are there");
    check_equal(success(&block), SIZE, "the return status");
  }
  return 0;
}
