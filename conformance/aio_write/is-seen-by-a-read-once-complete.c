/* SPDX-License-Identifier: MIT
 *
 * Once the write is complete, a read through any descriptor of the file brings the bytes.
 *
 * Also where synchronized I/O is enabled by O_DSYNC or O_SYNC.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION; write(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int flags[] = {0, O_DSYNC, O_SYNC};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; ++i) {
    const int file = temporary_file(O_RDWR | flags[i]);
    const int other = open_again(file, O_RDONLY);
    char buffer[] = "abc";
    struct aiocb block = request(file, buffer, 3, 0);
    queued(aio_write(&block), "aio_write");
    check_equal(success(&block), 3, "the return status");
    check(has_content(other, "abc"), "the bytes are read");
  }
  return 0;
}
