/* SPDX-License-Identifier: MIT
 *
 * Each element is submitted as if by aio_read() or aio_write(): its own notification occurs with
 * LIO_WAIT, too.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "notification.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  block.aio_lio_opcode = LIO_WRITE;
  block.aio_sigevent = by_signal(SIGRTMIN, 4711);
  struct aiocb* const list[] = {&block};
  block_signal(SIGRTMIN);
  check_equal(lio_listio(LIO_WAIT, list, 1, NULL), 0, "what lio_listio returned");
  check_equal(receive(SIGRTMIN).si_value.sival_int, 4711, "the signal's value");
  check_equal(success(&block), 5, "the return status");
  return 0;
}
