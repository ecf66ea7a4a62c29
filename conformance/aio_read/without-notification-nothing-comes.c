/* SPDX-License-Identifier: MIT
 *
 * SIGEV_NONE: no notification is made at the end.
 *
 * Signals of one number come in the order in which they were queued, so that one of this operation
 * would come before that of the next.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; XSH 2.4.1
 */
#include "conformance.h"

int main(void) {
  block_signal(SIGRTMIN);
  const struct channel pipe = silent_pipe();
  char bytes[2];
  struct aiocb silent = request(pipe.reader, &bytes[0], 1, 0);
  silent.aio_sigevent.sigev_signo = SIGRTMIN;
  silent.aio_sigevent.sigev_value.sival_int = 1;
  queued(aio_read(&silent), "aio_read");
  break_silence(pipe);
  check_equal(success(&silent), 1, "the return status");

  struct aiocb telling = request(pipe.reader, &bytes[1], 1, 0);
  telling.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
  telling.aio_sigevent.sigev_signo = SIGRTMIN;
  telling.aio_sigevent.sigev_value.sival_int = 2;
  queued(aio_read(&telling), "aio_read");
  break_silence(pipe);
  check_equal(receive(SIGRTMIN).si_value.sival_int, 2, "the value of the only signal");
  check_equal(success(&telling), 1, "the return status");
  check(!is_pending(SIGRTMIN), "there is no other signal");
  return 0;
}
