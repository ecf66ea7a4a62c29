/* SPDX-License-Identifier: MIT
 *
 * A read that crosses the end of the file brings what is there, as read() does.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION; read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "0123456789");
  char buffer[8] = "-------";
  struct aiocb block = request(file, buffer, 7, 6);
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), 4, "the return status");
  check(strcmp(buffer, "6789---") == 0, "the last four bytes are in the buffer");
  return 0;
}
