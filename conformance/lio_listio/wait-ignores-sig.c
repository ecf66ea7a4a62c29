/* SPDX-License-Identifier: MIT
 *
 * With LIO_WAIT the argument sig is ignored: nobody is notified.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
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
  queued(lio_listio(LIO_WAIT, list, 1, &event), "lio_listio");
  check(!comes(SIGRTMIN), "no signal comes");
  check_equal(success(&block), 5, "the return status");
  return 0;
}
