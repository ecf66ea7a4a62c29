/* SPDX-License-Identifier: MIT
 *
 * A read that starts at or after the end of the file succeeds with 0.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "0123456789");
  const off_t offsets[] = {10, 11, 1 << 20};
  for (size_t i = 0; i < sizeof offsets / sizeof *offsets; ++i) {
    char buffer[4] = "---";
    struct aiocb block = request(file, buffer, 3, offsets[i]);
    queued(aio_read(&block), "aio_read");
    check_equal(success(&block), 0, "the return status");
    check(strcmp(buffer, "---") == 0, "the buffer is as it was");
  }
  return 0;
}
