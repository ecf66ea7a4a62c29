/* SPDX-License-Identifier: MIT
 *
 * With LIO_WAIT it returns 0 when all the I/O has completed successfully.
 *
 * POSIX.1-2017, lio_listio(), RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "012345678";
  struct aiocb blocks[3];
  struct aiocb* list[3];
  for (int i = 0; i < 3; ++i) {
    blocks[i] = request(file, &bytes[3 * i], 3, 3 * i);
    blocks[i].aio_lio_opcode = LIO_WRITE;
    list[i] = &blocks[i];
  }
  check_equal(lio_listio(LIO_WAIT, list, 3, NULL), 0, "what lio_listio returned");
  for (int i = 0; i < 3; ++i) {
    check_error(aio_error(&blocks[i]), 0, "an error status");
    check_equal(aio_return(&blocks[i]), 3, "a return status");
  }
  check(has_content(file, "012345678"), "all is written");
  return 0;
}
