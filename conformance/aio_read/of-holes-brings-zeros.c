/* SPDX-License-Identifier: MIT
 *
 * Where nothing was written before the end of a regular file, the bytes are 0.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  must(ftruncate(file, 1 << 20), "ftruncate");
  char buffer[4096];
  memset(buffer, 'x', sizeof buffer);
  struct aiocb block = request(file, buffer, sizeof buffer, 1 << 19);
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), sizeof buffer, "the return status");
  for (size_t i = 0; i < sizeof buffer; ++i) check_equal(buffer[i], 0, "a byte of the hole");
  return 0;
}
