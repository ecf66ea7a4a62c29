/* SPDX-License-Identifier: MIT
 *
 * The file may be a socket, of which the read is in progress until there is data.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; XSH 2.10.1, 2.10.11
 */
#include <sys/socket.h>

#include "conformance.h"

int main(void) {
  int ends[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  char buffer[8] = "";
  struct aiocb block = request(ends[0], buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  check_error(aio_error(&block), EINPROGRESS, "the error status before there is data");
  check(write(ends[1], "abc", 3) == 3, "the socket takes the bytes");
  check_equal(success(&block), 3, "the return status");
  check(strcmp(buffer, "abc") == 0, "the bytes are in the buffer");
  return 0;
}
