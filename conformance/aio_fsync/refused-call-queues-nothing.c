/* SPDX-License-Identifier: MIT
 *
 * A call that fails has queued nothing: there is no notification.
 *
 * Signals of one number come in the order in which they were queued, so that one of the refused
 * call would come before that of a later operation.
 *
 * POSIX.1-2017, aio_fsync(), RETURN VALUE; XSH 2.4.1
 */
#include "conformance.h"

int main(void) {
  block_signal(SIGRTMIN);
  const int file = temporary_file(O_RDWR);
  struct aiocb block = request(file, NULL, 0, 0);
  block.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
  block.aio_sigevent.sigev_signo = SIGRTMIN;
  block.aio_sigevent.sigev_value.sival_int = 1;
  check_equal(aio_fsync(0, &block), -1, "what aio_fsync returned");

  block.aio_sigevent.sigev_value.sival_int = 2;
  queued(aio_fsync(O_SYNC, &block), "aio_fsync");
  check_equal(receive(SIGRTMIN).si_value.sival_int, 2, "the value of the only signal");
  return 0;
}
