/* SPDX-License-Identifier: MIT
 *
 * Requests of one priority to a character special file are processed in the order in which they
 * came.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include "terminal.h"

enum { REQUESTS = 10 };

int main(void) {
  const struct terminal terminal = raw_terminal();
  struct aiocb blocks[REQUESTS];
  char buffers[REQUESTS] = "";
  for (int i = 0; i < REQUESTS; ++i) {
    blocks[i] = request(terminal.slave, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  check_equal(write(terminal.master, "0123456789", REQUESTS), REQUESTS, "what write returned");
  for (int i = 0; i < REQUESTS; ++i) {
    check_equal(success(&blocks[i]), 1, "a return status");
    check_equal(buffers[i], '0' + i, "what a request has read");
  }
  return 0;
}
