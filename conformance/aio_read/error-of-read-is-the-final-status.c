/* SPDX-License-Identifier: MIT
 *
 * An operation that is queued and meets an error has the error status that read() would set, and
 * the return status -1.
 *
 * POSIX.1-2017, aio_read(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int folder = must(open("/", O_RDONLY), "open");
  char buffer[4];
  check_equal(read(folder, buffer, sizeof buffer), -1, "what read() of a directory returns");
  const int expected = errno;

  struct aiocb block = request(folder, buffer, sizeof buffer, 0);
  check_error(error_of(aio_read(&block), &block), expected, "the error");
  return 0;
}
