/* SPDX-License-Identifier: MIT
 *
 * The signal of a completion has the code SI_ASYNCIO and the value that was given, which is an int
 * or a pointer.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery; XSH 2.4.3 Signal Actions
 */
#include "notification.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  struct aiocb block = request(file, bytes, 1, 0);
  block.aio_sigevent = by_signal(SIGRTMIN, 0);
  block.aio_sigevent.sigev_value.sival_ptr = &block;
  block_signal(SIGRTMIN);
  queued(aio_write(&block), "aio_write");
  const siginfo_t with_pointer = receive(SIGRTMIN);
  check_equal(with_pointer.si_code, SI_ASYNCIO, "the signal's code");
  check(with_pointer.si_value.sival_ptr == &block, "the pointer is the value");
  check_equal(success(&block), 1, "the return status");

  block.aio_sigevent = by_signal(SIGRTMAX, -4711);
  block_signal(SIGRTMAX);
  queued(aio_write(&block), "aio_write");
  const siginfo_t with_number = receive(SIGRTMAX);
  check_equal(with_number.si_code, SI_ASYNCIO, "the signal's code");
  check_equal(with_number.si_value.sival_int, -4711, "the signal's value");
  check_equal(success(&block), 1, "the return status");
  return 0;
}
