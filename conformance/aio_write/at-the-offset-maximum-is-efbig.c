/* SPDX-License-Identifier: MIT
 *
 * On a regular file a write of more than 0 bytes that starts at or beyond the offset maximum is
 * EFBIG, at the call or as the final status.
 *
 * POSIX.1-2017, aio_write(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  const off_t maximum = (off_t)((1ULL << (8 * sizeof maximum - 1)) - 1);
  char buffer[] = "abc";
  struct aiocb block = request(file, buffer, 3, maximum);
  check_error(error_of(aio_write(&block), &block), EFBIG, "the error");
  check_equal(lseek(file, 0, SEEK_END), 0, "the size of the file");
  return 0;
}
