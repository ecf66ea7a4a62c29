/* SPDX-License-Identifier: MIT
 *
 * D12: The head of a queue is never overtaken.
 *
 * Six requests, A to F, each more urgent than the one before, are served in the order AFEDCB.
 *
 * All that is queued is served by priority.
 *
 * There is one thread, that a read of another file holds. The signals, of which the queue keeps the
 * order, tell in which the six were served.
 */
#include "defects.h"
#include "gated_page.h"

enum { REQUESTS = 6 };

int main(void) {
  static _Alignas(PAGE) char bytes[PAGE];
  const struct aioinit one_thread = {.aio_threads = 1, .aio_num = 64};
  aio_init(&one_thread);
  const int signo = SIGRTMIN;
  block_signal(signo);
  const struct gated_page page = closed_page();
  const int file = direct_file(1);
  struct aiocb held = request(direct_file(1), page.address, PAGE, 0);
  queued(aio_read(&held), "aio_read");
  wait_until_wanted(page);

  struct aiocb reads[REQUESTS];
  for (int i = 0; i < REQUESTS; ++i) {
    reads[i] = request(file, bytes, PAGE, 0);
    reads[i].aio_reqprio = REQUESTS - 1 - i;
    tell_by_signal(&reads[i], signo, 'A' + i);
    queued(aio_read(&reads[i]), "aio_read");
  }
  open_page(page);
  char order[REQUESTS + 1] = "";
  for (int i = 0; i < REQUESTS; ++i) order[i] = (char)receive(signo).si_value.sival_int;
  if (strcmp(order, "FEDCBA") != 0) fail("the order is %s, not FEDCBA", order);
  return 0;
}
