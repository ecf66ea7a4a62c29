/* SPDX-License-Identifier: MIT
 *
 * Each list that is outstanding notifies when its own operations are complete.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "notification.h"

enum { LISTS = 5 };

int main(void) {
  struct channel pipes[LISTS];
  struct aiocb blocks[LISTS];
  char buffers[LISTS];
  struct aiocb* lists[LISTS][1];
  block_signal(SIGRTMIN);
  for (int i = 0; i < LISTS; ++i) {
    pipes[i] = silent_pipe();
    blocks[i] = request(pipes[i].reader, &buffers[i], 1, 0);
    blocks[i].aio_lio_opcode = LIO_READ;
    lists[i][0] = &blocks[i];
    struct sigevent event = by_signal(SIGRTMIN, i);
    queued(lio_listio(LIO_NOWAIT, lists[i], 1, &event), "lio_listio");
  }
  for (int i = LISTS - 1; i >= 0; --i) {
    break_silence(pipes[i]);
    check_equal(receive(SIGRTMIN).si_value.sival_int, i, "the value of a list's signal");
    check(!is_pending(SIGRTMIN), "no other list notifies");
  }
  return 0;
}
