/* SPDX-License-Identifier: MIT
 *
 * The notification comes when an operation that was queued is complete, also where it ends with an
 * error.
 *
 * A socket whose other end goes while there is something that it has not read is reset.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; XSH 2.4.1
 */
#include <sys/socket.h>

#include "conformance.h"

int main(void) {
  block_signal(SIGRTMIN);
  int ends[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  check(write(ends[0], "x", 1) == 1, "the socket takes a byte");
  char buffer[4];
  struct aiocb block = request(ends[0], buffer, sizeof buffer, 0);
  block.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
  block.aio_sigevent.sigev_signo = SIGRTMIN;
  block.aio_sigevent.sigev_value.sival_ptr = &block;
  queued(aio_read(&block), "aio_read");
  check_error(aio_error(&block), EINPROGRESS, "the error status while the other end is there");
  must(close(ends[1]), "close");

  const siginfo_t info = receive(SIGRTMIN);
  check_equal(info.si_code, SI_ASYNCIO, "si_code");
  check(info.si_value.sival_ptr == &block, "the value is that of aio_sigevent");
  check_error(aio_error(&block), ECONNRESET, "the error status at the signal");
  check_equal(aio_return(&block), -1, "the return status");
  return 0;
}
