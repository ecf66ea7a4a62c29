/* SPDX-License-Identifier: MIT
 *
 * The descriptor has to be valid, and need not be open for writing.
 *
 * POSIX.1-2017, aio_fsync(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDONLY);
  struct aiocb block = request(file, NULL, 0, 0);
  queued(aio_fsync(O_SYNC, &block), "aio_fsync");
  check_equal(success(&block), 0, "the return status");
  return 0;
}
