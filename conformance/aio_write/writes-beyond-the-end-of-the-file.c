/* SPDX-License-Identifier: MIT
 *
 * A write that starts after the end of the file makes it longer; what lies between reads as 0.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION; lseek(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "ab");
  char buffer[] = "yz";
  struct aiocb block = request(file, buffer, 2, 4);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), 2, "the return status");
  char found[8];
  check_equal(pread(file, found, sizeof found, 0), 6, "the size of the file");
  check(memcmp(found, "ab\0\0yz", 6) == 0, "zeros lie between");
  return 0;
}
