/* SPDX-License-Identifier: MIT
 *
 * With O_APPEND the bytes go to the end of the file, whatever aio_offset says.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR | O_APPEND);
  const off_t offsets[] = {0, 1, 1000};
  for (size_t i = 0; i < sizeof offsets / sizeof *offsets; ++i) {
    char buffer[] = "abc";
    struct aiocb block = request(file, buffer, 3, offsets[i]);
    queued(aio_write(&block), "aio_write");
    check_equal(success(&block), 3, "the return status");
  }
  check(has_content(file, "abcabcabc"), "the writes are one behind the other");
  return 0;
}
