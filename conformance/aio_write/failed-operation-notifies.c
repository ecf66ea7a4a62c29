/* SPDX-License-Identifier: MIT
 *
 * The notification comes when an operation that was queued is complete, also where it ends with an
 * error.
 *
 * A write waits at a full pipe, of which the reader then goes.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION; XSH 2.4.1
 */
#include "conformance.h"

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  block_signal(SIGRTMIN);
  const struct channel pipe = full_pipe();
  char buffer[] = "abc";
  struct aiocb block = request(pipe.writer, buffer, 3, 0);
  block.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
  block.aio_sigevent.sigev_signo = SIGRTMIN;
  block.aio_sigevent.sigev_value.sival_ptr = &block;
  queued(aio_write(&block), "aio_write");
  must(close(pipe.reader), "close");

  const siginfo_t info = receive(SIGRTMIN);
  check_equal(info.si_code, SI_ASYNCIO, "si_code");
  check(info.si_value.sival_ptr == &block, "the value is that of aio_sigevent");
  check_error(aio_error(&block), EPIPE, "the error status at the signal");
  return 0;
}
