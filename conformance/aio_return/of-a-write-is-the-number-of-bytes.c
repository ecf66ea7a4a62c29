/* SPDX-License-Identifier: MIT
 *
 * The return status is what write() returns: the number of bytes.
 *
 * POSIX.1-2017, aio_return(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "abc");
  const struct transfer {
    size_t asked;
    ssize_t expected;
  } cases[] = {{0, 0}, {1, 1}, {3, 3}, {8, 8}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    char buffer[8] = "xyz";
    struct aiocb block = request(file, buffer, cases[i].asked, 0);
    queued(aio_write(&block), "aio_write");
    check_error(error_at_end(&block), 0, "the error status");
    check_equal(aio_return(&block), cases[i].expected, "the return status");
  }
  return 0;
}
