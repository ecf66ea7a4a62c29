/* SPDX-License-Identifier: MIT
 *
 * Each element notifies by its own aio_sigevent, as if it were submitted by aio_read() or
 * aio_write(), and the list by sig besides.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "notification.h"

enum { ENTRIES = 4 };

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "0123";
  struct aiocb blocks[ENTRIES];
  struct aiocb* list[ENTRIES];
  block_signal(SIGRTMIN);
  for (int i = 0; i < ENTRIES; ++i) {
    blocks[i] = request(file, &bytes[i], 1, i);
    blocks[i].aio_lio_opcode = LIO_WRITE;
    blocks[i].aio_sigevent = by_signal(SIGRTMIN, i);
    list[i] = &blocks[i];
  }
  struct sigevent event = by_signal(SIGRTMIN, ENTRIES);
  queued(lio_listio(LIO_NOWAIT, list, ENTRIES, &event), "lio_listio");
  int seen[ENTRIES + 1] = {0};
  for (int i = 0; i <= ENTRIES; ++i) {
    const int value = receive(SIGRTMIN).si_value.sival_int;
    check(value >= 0 && value <= ENTRIES && seen[value]++ == 0, "each value comes once");
  }
  check(!comes(SIGRTMIN), "no further signal comes");
  for (int i = 0; i < ENTRIES; ++i) check_equal(success(&blocks[i]), 1, "a return status");
  return 0;
}
