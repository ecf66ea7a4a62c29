/* SPDX-License-Identifier: MIT
 *
 * D1: One request at a time for each descriptor.
 *
 * The depth of the queue is fiction: 32 reads of a file in flight take as long as one after the
 * other.
 *
 * As many at once as there are workers, or places in the kernel's queue.
 *
 * A read of a file that cannot end as its buffer is closed; another of the same descriptor ends.
 */
#include "gated_page.h"

int main(void) {
  static _Alignas(PAGE) char bytes[PAGE];
  const int file = direct_file(2);
  const struct gated_page page = closed_page();
  struct aiocb held = request(file, page.address, PAGE, 0);
  struct aiocb other = request(file, bytes, PAGE, PAGE);
  queued(aio_read(&held), "aio_read");
  wait_until_wanted(page);
  queued(aio_read(&other), "aio_read");
  check_equal(success(&other), PAGE, "the return status");
  check_error(aio_error(&held), EINPROGRESS, "the error status of the read that is held");
  open_page(page);
  check_equal(success(&held), PAGE, "the return status of the read that was held");
  return 0;
}
