/* SPDX-License-Identifier: MIT
 *
 * The status is retrieved exactly once; thereafter the call may fail, with -1 and EINVAL.
 *
 * POSIX.1-2017, aio_return(), DESCRIPTION; ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char buffer[3] = "abc";
  struct aiocb block = request(file, buffer, sizeof buffer, 0);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), sizeof buffer, "the return status");
  const ssize_t again = aio_return(&block);
  if (again == -1)
    check_error(errno, EINVAL, "errno");
  else
    check_equal(again, sizeof buffer, "what the second call returned");
  return 0;
}
