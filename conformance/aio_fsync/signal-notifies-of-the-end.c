/* SPDX-License-Identifier: MIT
 *
 * SIGEV_SIGNAL: when all operations are done, the signal is queued with the value of aio_sigevent
 * and the code SI_ASYNCIO, and the final status can be had.
 *
 * POSIX.1-2017, aio_fsync(), DESCRIPTION; XSH 2.4.1, 2.4.3
 */
#include "conformance.h"

int main(void) {
  block_signal(SIGRTMIN);
  const int file = temporary_file(O_RDWR);
  char buffer[] = "abc";
  struct aiocb writing = request(file, buffer, 3, 0);
  queued(aio_write(&writing), "aio_write");
  struct aiocb sync = request(file, NULL, 0, 0);
  sync.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
  sync.aio_sigevent.sigev_signo = SIGRTMIN;
  sync.aio_sigevent.sigev_value.sival_ptr = &sync;
  queued(aio_fsync(O_SYNC, &sync), "aio_fsync");

  const siginfo_t info = receive(SIGRTMIN);
  check_equal(info.si_code, SI_ASYNCIO, "si_code");
  check(info.si_value.sival_ptr == &sync, "the value is that of aio_sigevent");
  check_error(aio_error(&sync), 0, "the error status at the signal");
  check_equal(aio_return(&sync), 0, "the return status");
  check_error(aio_error(&writing), 0, "the error status of the write at the signal");
  return 0;
}
