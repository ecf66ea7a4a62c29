/* SPDX-License-Identifier: MIT
 *
 * The file may be a device.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int device = must(open("/dev/zero", O_RDONLY), "open");
  char buffer[4] = "abc";
  struct aiocb block = request(device, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), sizeof buffer, "the return status");
  for (size_t i = 0; i < sizeof buffer; ++i) check_equal(buffer[i], 0, "a byte");
  return 0;
}
