/* SPDX-License-Identifier: MIT
 *
 * With SIGEV_NONE in sig no notification occurs, whatever else is in it; the operations complete.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION; XSH 2.4.1 Signal Generation and Delivery
 */
#include "notification.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  block.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&block};
  block_signal(SIGRTMIN);
  struct sigevent event = by_signal(SIGRTMIN, 1);
  event.sigev_notify = SIGEV_NONE;
  queued(lio_listio(LIO_NOWAIT, list, 1, &event), "lio_listio");
  check_equal(success(&block), 5, "the return status");
  check(!comes(SIGRTMIN), "no signal comes");
  return 0;
}
