/* SPDX-License-Identifier: MIT
 *
 * With LIO_WAIT it fails with EIO if one or more of the operations failed.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDONLY);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  block.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&block};
  check_equal(lio_listio(LIO_WAIT, list, 1, NULL), -1, "what lio_listio returned");
  check_error(errno, EIO, "errno");
  return 0;
}
