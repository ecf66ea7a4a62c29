/* SPDX-License-Identifier: MIT
 *
 * The file may be a device.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int device = must(open("/dev/null", O_WRONLY), "open");
  char buffer[] = "abc";
  struct aiocb block = request(device, buffer, 3, 0);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), 3, "the return status");
  return 0;
}
