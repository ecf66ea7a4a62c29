/* SPDX-License-Identifier: MIT
 *
 * On a device that cannot seek the writes append in the order in which the calls were made.
 *
 * The pipe is full, so that all of them are outstanding at once.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION
 */
#include "conformance.h"

enum { WRITES = 100 };

int main(void) {
  const struct channel pipe = full_pipe();
  static struct aiocb blocks[WRITES];
  static int numbers[WRITES];
  for (int i = 0; i < WRITES; ++i) {
    numbers[i] = i;
    blocks[i] = request(pipe.writer, &numbers[i], sizeof numbers[i], 0);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  make_room(pipe);
  for (int i = 0; i < WRITES; ++i)
    check_equal(success(&blocks[i]), sizeof numbers[i], "the return status");

  for (int i = 0; i < WRITES; ++i) {
    int found;
    check_equal(read(pipe.reader, &found, sizeof found), sizeof found, "what read() returns");
    check_equal(found, i, "what comes out of the pipe at this place");
  }
  return 0;
}
