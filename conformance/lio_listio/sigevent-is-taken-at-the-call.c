/* SPDX-License-Identifier: MIT
 *
 * Only the list, its elements, their buffers and the attributes of a notification thread have to
 * stay until the end: the sigevent may be overwritten when the call has returned.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "notification.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  block.aio_lio_opcode = LIO_READ;
  struct aiocb* const list[] = {&block};
  block_signal(SIGRTMIN);
  struct sigevent event = by_signal(SIGRTMIN, 4711);
  queued(lio_listio(LIO_NOWAIT, list, 1, &event), "lio_listio");
  memset(&event, 0x5a, sizeof event);
  break_silence(pipe);
  check_equal(receive(SIGRTMIN).si_value.sival_int, 4711, "the signal's value");
  check_equal(success(&block), 1, "the return status");
  return 0;
}
