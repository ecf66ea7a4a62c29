/* SPDX-License-Identifier: MIT
 *
 * The members of each element mean what they mean to aio_read() and aio_write(): one with an
 * invalid aio_reqprio or aio_offset ends with EINVAL.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION; aio_write(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  struct aiocb priority = request(file, bytes, 1, 0);
  struct aiocb offset = request(file, bytes, 1, -1);
  struct aiocb good = request(file, bytes, 1, 0);
  priority.aio_reqprio = -1;
  priority.aio_lio_opcode = offset.aio_lio_opcode = good.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&priority, &offset, &good};
  check_equal(lio_listio(LIO_WAIT, list, 3, NULL), -1, "what lio_listio returned");
  check_error(errno, EIO, "errno");
  check_error(aio_error(&priority), EINVAL, "the error status for the priority");
  check_equal(aio_return(&priority), -1, "its return status");
  check_error(aio_error(&offset), EINVAL, "the error status for the offset");
  check_equal(aio_return(&offset), -1, "its return status");
  check_equal(success(&good), 1, "the return status of the good one");
  return 0;
}
