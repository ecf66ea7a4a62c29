/* SPDX-License-Identifier: MIT
 *
 * A request that is outstanding at close() is cancelled, or completes as if the close had not yet
 * occurred: an accepted write to a file never ends with EBADF, and is in that file if it ends well.
 *
 * Many long writes, so that not all are carried out when the descriptor is closed at once.
 *
 * POSIX.1-2017, close(), DESCRIPTION
 */
#include "conformance.h"

enum { WRITES = 64, SIZE = 1 << 20 };

int main(void) {
  static struct aiocb blocks[WRITES];
  static char bytes[WRITES][SIZE];
  const int kept = temporary_file(O_RDWR);
  const int file = open_again(kept, O_WRONLY);
  for (int i = 0; i < WRITES; ++i) {
    memset(bytes[i], i + 1, SIZE);
    blocks[i] = request(file, bytes[i], SIZE, (off_t)i * SIZE);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  must(close(file), "close");
  for (int i = 0; i < WRITES; ++i) {
    const int error = error_at_end(&blocks[i]);
    check(error != EBADF, "a write does not end with EBADF");
    check(error == 0 || error == ECANCELED, "a write is carried out or cancelled");
    check_equal(aio_return(&blocks[i]), error == 0 ? SIZE : -1, "the return status");
    if (error != 0) continue;
    static char found[SIZE];
    check_equal(pread(kept, found, SIZE, (off_t)i * SIZE), SIZE, "what pread returned");
    check(memcmp(found, bytes[i], SIZE) == 0, "the bytes are in the file");
  }
  return 0;
}
