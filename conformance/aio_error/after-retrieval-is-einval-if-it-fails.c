/* SPDX-License-Identifier: MIT
 *
 * The call may fail with EINVAL once the return status was retrieved; it is not EINPROGRESS again.
 *
 * POSIX.1-2017, aio_error(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char buffer[3] = "abc";
  struct aiocb block = request(file, buffer, sizeof buffer, 0);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), sizeof buffer, "the return status");
  const int error = aio_error(&block);
  if (error == -1)
    check_error(errno, EINVAL, "errno");
  else
    check_error(error, 0, "the error status after it was retrieved");
  return 0;
}
