/* SPDX-License-Identifier: MIT
 *
 * The error status of each request says how it ended, and is what it would be after aio_read() or
 * aio_write(): EBADF for a descriptor that is not valid or not open for it.
 *
 * POSIX.1-2017, lio_listio(), RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int for_reading = temporary_file(O_RDONLY);
  const int for_writing = temporary_file(O_WRONLY);
  const int fildes[] = {-1, -1, for_reading, for_writing};
  const int opcodes[] = {LIO_READ, LIO_WRITE, LIO_WRITE, LIO_READ};
  char bytes[] = "1";
  struct aiocb blocks[4];
  struct aiocb* list[4];
  for (int i = 0; i < 4; ++i) {
    blocks[i] = request(fildes[i], bytes, 1, 0);
    blocks[i].aio_lio_opcode = opcodes[i];
    list[i] = &blocks[i];
  }
  check_equal(lio_listio(LIO_WAIT, list, 4, NULL), -1, "what lio_listio returned");
  check_error(errno, EIO, "errno");
  for (int i = 0; i < 4; ++i) {
    check_error(aio_error(&blocks[i]), EBADF, "an error status");
    check_equal(aio_return(&blocks[i]), -1, "a return status");
  }
  return 0;
}
