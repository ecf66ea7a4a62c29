/* SPDX-License-Identifier: MIT
 *
 * A request that is outstanding at close() is cancelled, or completes as if the close had not yet
 * occurred: an accepted write to a file never ends with EBADF, and is in that file if it ends well.
 *
 * Reads of sixty-four pipes, to which nobody writes before the close, keep busy whoever might carry
 * out the writes.
 *
 * POSIX.1-2017, close(), DESCRIPTION
 */
#include "conformance.h"

enum { OTHERS = 64, WRITES = 16 };

int main(void) {
  static struct aiocb others[OTHERS], blocks[WRITES];
  static char buffers[OTHERS];
  struct channel pipes[OTHERS];
  char bytes[] = "0123456789abcdef";
  for (int i = 0; i < OTHERS; ++i) {
    pipes[i] = silent_pipe();
    others[i] = request(pipes[i].reader, &buffers[i], 1, 0);
    queued(aio_read(&others[i]), "aio_read");
  }
  const int kept = temporary_file(O_RDWR);
  const int file = open_again(kept, O_WRONLY);
  for (int i = 0; i < WRITES; ++i) {
    blocks[i] = request(file, &bytes[i], 1, i);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  must(close(file), "close");
  for (int i = 0; i < OTHERS; ++i) break_silence(pipes[i]);
  for (int i = 0; i < WRITES; ++i) {
    const int error = error_at_end(&blocks[i]);
    check(error != EBADF, "a write does not end with EBADF");
    check(error == 0 || error == ECANCELED, "a write is carried out or cancelled");
    check_equal(aio_return(&blocks[i]), error == 0 ? 1 : -1, "the return status");
    char byte = 0;
    check(error != 0 || (pread(kept, &byte, 1, i) == 1 && byte == bytes[i]),
          "what is carried out is in the file");
  }
  return 0;
}
