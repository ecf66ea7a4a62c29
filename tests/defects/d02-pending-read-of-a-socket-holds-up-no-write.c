/* SPDX-License-Identifier: MIT
 *
 * D2: A pending read of a socket holds up every write on it.
 *
 * A protocol that works in both directions deadlocks with itself.
 *
 * A stream's reads and writes are independent.
 */
#include <sys/socket.h>

#include "defects.h"

int main(void) {
  int ends[2];
  char in, out = 'x', echo;
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  struct aiocb reading = request(ends[0], &in, 1, 0);
  struct aiocb writing = request(ends[0], &out, 1, 0);
  queued(aio_read(&reading), "aio_read");
  queued(aio_write(&writing), "aio_write");
  check_equal(success(&writing), 1, "the return status of the write");
  check_error(aio_error(&reading), EINPROGRESS, "the error status of the read");
  check_equal(read(ends[1], &echo, 1), 1, "what the peer reads");
  check_equal(write(ends[1], &echo, 1), 1, "what the peer writes");
  check_equal(success(&reading), 1, "the return status of the read");
  return 0;
}
