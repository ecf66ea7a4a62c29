/* SPDX-License-Identifier: MIT
 *
 * With LIO_NOWAIT the signal of sig is sent when all the operations of the list are complete, with
 * its value and SI_ASYNCIO, and not sooner.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "notification.h"

enum { ENTRIES = 3 };

int main(void) {
  struct channel pipes[ENTRIES];
  struct aiocb blocks[ENTRIES];
  struct aiocb* list[ENTRIES];
  char buffers[ENTRIES];
  for (int i = 0; i < ENTRIES; ++i) {
    pipes[i] = silent_pipe();
    blocks[i] = request(pipes[i].reader, &buffers[i], 1, 0);
    blocks[i].aio_lio_opcode = LIO_READ;
    list[i] = &blocks[i];
  }
  block_signal(SIGRTMIN);
  struct sigevent event = by_signal(SIGRTMIN, 4711);
  queued(lio_listio(LIO_NOWAIT, list, ENTRIES, &event), "lio_listio");
  for (int i = 0; i < ENTRIES; ++i) {
    check(!comes(SIGRTMIN), "no signal comes before all are complete");
    break_silence(pipes[ENTRIES - 1 - i]);
    if (i < ENTRIES - 1) check_error(error_at_end(&blocks[ENTRIES - 1 - i]), 0, "an error status");
  }
  const siginfo_t info = receive(SIGRTMIN);
  for (int i = 0; i < ENTRIES; ++i)
    check_error(aio_error(&blocks[i]), 0, "an error status when the signal is there");
  check_equal(info.si_code, SI_ASYNCIO, "the signal's code");
  check_equal(info.si_value.sival_int, 4711, "the signal's value");
  check(!comes(SIGRTMIN), "the signal comes once");
  return 0;
}
