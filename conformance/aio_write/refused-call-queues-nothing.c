/* SPDX-License-Identifier: MIT
 *
 * A call that fails has queued nothing: there is no notification. An error that comes as the final
 * status notifies.
 *
 * Signals of one number come in the order in which they were queued, so that one of the refused
 * call would come before that of a later operation.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  block_signal(SIGRTMIN);
  const int file = temporary_file(O_RDONLY);
  char buffer[4] = "abc";
  struct aiocb block = request(file, buffer, sizeof buffer, 0);
  block.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
  block.aio_sigevent.sigev_signo = SIGRTMIN;
  block.aio_sigevent.sigev_value.sival_int = 1;
  const int is_queued = aio_write(&block) == 0;

  const struct channel pipe = silent_pipe();
  char byte;
  struct aiocb later = request(pipe.reader, &byte, 1, 0);
  later.aio_sigevent = block.aio_sigevent;
  later.aio_sigevent.sigev_value.sival_int = 2;
  if (is_queued) check_equal(receive(SIGRTMIN).si_value.sival_int, 1, "the value of the signal");
  queued(aio_read(&later), "aio_read");
  break_silence(pipe);
  check_equal(receive(SIGRTMIN).si_value.sival_int, 2, "the value of the next signal");
  return 0;
}
