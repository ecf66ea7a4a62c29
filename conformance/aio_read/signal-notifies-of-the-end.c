/* SPDX-License-Identifier: MIT
 *
 * SIGEV_SIGNAL: at the end the signal is queued to the process with the value of aio_sigevent and
 * the code SI_ASYNCIO, and the final status can be had.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; XSH 2.4.1, 2.4.3
 */
#include "conformance.h"

int main(void) {
  block_signal(SIGRTMIN);
  const struct channel pipe = silent_pipe();
  static char buffer[8];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  block.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
  block.aio_sigevent.sigev_signo = SIGRTMIN;
  block.aio_sigevent.sigev_value.sival_ptr = &block;
  queued(aio_read(&block), "aio_read");
  check(!is_pending(SIGRTMIN), "there is no signal before the end");

  break_silence(pipe);
  const siginfo_t info = receive(SIGRTMIN);
  check_equal(info.si_code, SI_ASYNCIO, "si_code");
  check(info.si_value.sival_ptr == &block, "the value is that of aio_sigevent");
  check_error(aio_error(&block), 0, "the error status at the signal");
  check_equal(aio_return(&block), 1, "the return status");
  return 0;
}
