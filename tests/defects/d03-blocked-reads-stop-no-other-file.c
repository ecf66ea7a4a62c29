/* SPDX-License-Identifier: MIT
 *
 * D3: 20 blocked reads use up all threads.
 *
 * No AIO of the process proceeds, on regular files neither, and the blocked reads cannot be
 * cancelled.
 *
 * What waits for a peer holds no thread, and can be cancelled.
 */
#include "defects.h"

int main(void) {
  static struct crowd crowd;
  char byte;
  const int file = temporary_file(O_RDWR);
  set_content(file, "x");
  assemble(&crowd);
  struct aiocb reading = request(file, &byte, 1, 0);
  queued(aio_read(&reading), "aio_read");
  check_equal(success(&reading), 1, "the return status");
  check_equal(aio_cancel(crowd.reads[0].aio_fildes, &crowd.reads[0]), AIO_CANCELED, "aio_cancel");
  return 0;
}
