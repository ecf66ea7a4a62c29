/* SPDX-License-Identifier: MIT
 *
 * Signals of completions are queued: while they are blocked, as many are pending as requests have
 * completed, each with its value.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery; XSH 2.4.2 Realtime Signal Generation and
 * Delivery
 */
#include "notification.h"

enum { REQUESTS = 50 };

int main(void) {
  static struct aiocb blocks[REQUESTS];
  static char bytes[REQUESTS];
  static int seen[REQUESTS];
  const int file = temporary_file(O_RDWR);
  block_signal(SIGRTMIN);
  for (int i = 0; i < REQUESTS; ++i) {
    blocks[i] = request(file, &bytes[i], 1, i);
    blocks[i].aio_sigevent = by_signal(SIGRTMIN, i);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  for (int i = 0; i < REQUESTS; ++i) check_equal(success(&blocks[i]), 1, "a return status");
  for (int i = 0; i < REQUESTS; ++i) {
    const int value = receive(SIGRTMIN).si_value.sival_int;
    check(value >= 0 && value < REQUESTS && seen[value]++ == 0, "each value comes once");
  }
  check(!comes(SIGRTMIN), "no further signal comes");
  return 0;
}
