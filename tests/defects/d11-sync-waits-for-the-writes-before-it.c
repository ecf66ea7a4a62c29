/* SPDX-License-Identifier: MIT
 *
 * D11: aio_fsync() overtakes earlier writes of lower priority.
 *
 * It reports that all is on the disk while data are not even written; and writes that were queued
 * through another descriptor of the file are not waited for at all.
 *
 * It is a barrier for the file, whatever the priorities and the descriptors.
 *
 * Two writes whose buffers are closed, and a sync. The first buffer is opened; when the second
 * write is under way, the sync must not be over.
 */
#include "gated_page.h"

static void check_order(int file, int other) {
  const struct gated_page first_page = closed_page(), second_page = closed_page();
  struct aiocb first = request(file, first_page.address, PAGE, 0);
  struct aiocb second = request(other, second_page.address, PAGE, PAGE);
  struct aiocb sync = request(file, NULL, 0, 0);
  second.aio_reqprio = 10;
  queued(aio_write(&first), "aio_write");
  queued(aio_write(&second), "aio_write");
  queued(aio_fsync(O_SYNC, &sync), "aio_fsync");
  open_page(first_page);
  wait_until_wanted(second_page);
  check_equal(success(&first), PAGE, "the return status of the first write");
  check_error(aio_error(&sync), EINPROGRESS,
              "the error status of the sync before the second write");
  open_page(second_page);
  check_equal(success(&sync), 0, "the return status of the sync");
  check_error(aio_error(&second), 0, "the error status of the second write");
}

int main(void) {
  const int file = direct_file(2);
  check_order(file, file);
  check_order(file, open_again(file, O_RDWR | O_DIRECT));
  return 0;
}
