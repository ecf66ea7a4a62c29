/* SPDX-License-Identifier: MIT
 *
 * A read that is queued after a write is complete brings what that wrote.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; write(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  for (char i = 'a'; i <= 'z'; ++i) {
    char written = i;
    struct aiocb writing = request(file, &written, 1, 5);
    queued(aio_write(&writing), "aio_write");
    check_equal(success(&writing), 1, "the return status of the write");

    char found = '-';
    struct aiocb reading = request(file, &found, 1, 5);
    queued(aio_read(&reading), "aio_read");
    check_equal(success(&reading), 1, "the return status of the read");
    check_equal(found, i, "the byte");
  }
  return 0;
}
