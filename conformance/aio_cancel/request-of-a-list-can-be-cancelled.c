/* SPDX-License-Identifier: MIT
 *
 * A request of lio_listio() can be cancelled like any other; the list is complete when the others
 * are, and its notification occurs.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION; lio_listio(), DESCRIPTION
 */
#include "notification.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffers[2];
  struct aiocb first = request(pipe.reader, &buffers[0], 1, 0);
  struct aiocb second = request(pipe.reader, &buffers[1], 1, 0);
  first.aio_lio_opcode = second.aio_lio_opcode = LIO_READ;
  struct aiocb* const list[] = {&first, &second};
  block_signal(SIGRTMIN);
  struct sigevent event = by_signal(SIGRTMIN, 7);
  queued(lio_listio(LIO_NOWAIT, list, 2, &event), "lio_listio");
  if (aio_cancel(pipe.reader, &second) != AIO_CANCELED)
    skip("no queued read can be cancelled here");
  check_error(aio_error(&second), ECANCELED, "the error status of the cancelled one");
  check(!comes(SIGRTMIN), "the list is not complete yet");
  break_silence(pipe);
  check_equal(receive(SIGRTMIN).si_value.sival_int, 7, "the value of the list's signal");
  check_equal(success(&first), 1, "the return status of the other");
  return 0;
}
