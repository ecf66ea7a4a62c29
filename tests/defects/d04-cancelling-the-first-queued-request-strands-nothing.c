/* SPDX-License-Identifier: MIT
 *
 * D4: Cancelling the first queued request of a descriptor strands the others.
 *
 * Later requests of the descriptor stay EINPROGRESS for ever.
 *
 * A request that is cancelled concerns no other.
 */
#include "defects.h"

int main(void) {
  static struct crowd crowd;
  char first = '1', second = '2';
  const int file = temporary_file(O_RDWR);
  assemble(&crowd);
  struct aiocb cancelled = request(file, &first, 1, 0);
  struct aiocb other = request(file, &second, 1, 1);
  queued(aio_write(&cancelled), "aio_write");
  queued(aio_write(&other), "aio_write");
  check(aio_cancel(file, &cancelled) != -1, "aio_cancel() succeeds");
  let_go(&crowd);
  check_equal(success(&other), 1, "the return status of the other");
  return 0;
}
