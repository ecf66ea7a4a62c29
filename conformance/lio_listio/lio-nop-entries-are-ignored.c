/* SPDX-License-Identifier: MIT
 *
 * An element with LIO_NOP is ignored, whatever else is in it.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "notification.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "a";
  struct aiocb nothing = request(-1, NULL, 1, -1);
  nothing.aio_lio_opcode = LIO_NOP;
  nothing.aio_sigevent = by_signal(SIGRTMIN, 1);
  struct aiocb block = request(file, bytes, 1, 0);
  block.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&nothing, &block, &nothing};
  block_signal(SIGRTMIN);
  check_equal(lio_listio(LIO_WAIT, list, 3, NULL), 0, "what it returned with LIO_WAIT");
  check_equal(success(&block), 1, "the return status of the write");

  struct sigevent event = by_signal(SIGRTMIN, 2);
  check_equal(lio_listio(LIO_NOWAIT, list, 3, &event), 0, "what it returned with LIO_NOWAIT");
  check_equal(receive(SIGRTMIN).si_value.sival_int, 2, "the value of the only signal");
  check_equal(success(&block), 1, "the return status of the write");
  check(!comes(SIGRTMIN), "no other signal comes");
  return 0;
}
