/* SPDX-License-Identifier: MIT
 *
 * When the read has failed, the error status is the errno value that read() sets.
 *
 * A socket whose other end goes while there is something that it has not read is reset.
 *
 * POSIX.1-2017, aio_error(), DESCRIPTION; RETURN VALUE
 */
#include <sys/socket.h>

#include "conformance.h"

int main(void) {
  int ends[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  check(write(ends[0], "x", 1) == 1, "the socket takes a byte");
  char buffer[4];
  struct aiocb block = request(ends[0], buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  check_error(aio_error(&block), EINPROGRESS, "the error status while the other end is there");
  must(close(ends[1]), "close");
  check_error(error_at_end(&block), ECONNRESET, "the error status at the end");
  return 0;
}
