/* SPDX-License-Identifier: MIT
 *
 * The return status of a synchronization that succeeded is what fsync() returns: 0.
 *
 * POSIX.1-2017, aio_return(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  struct aiocb block = request(file, NULL, 0, 0);
  queued(aio_fsync(O_SYNC, &block), "aio_fsync");
  check_error(error_at_end(&block), 0, "the error status");
  check_equal(aio_return(&block), 0, "the return status");
  return 0;
}
