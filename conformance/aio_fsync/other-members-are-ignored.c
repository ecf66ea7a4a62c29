/* SPDX-License-Identifier: MIT
 *
 * Of the control block only aio_fildes and aio_sigevent are looked at.
 *
 * POSIX.1-2017, aio_fsync(), DESCRIPTION
 */
#include <stdint.h>

#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  struct aiocb block = request(file, NULL, SIZE_MAX, -1);
  block.aio_reqprio = -1;
  block.aio_lio_opcode = -1;
  queued(aio_fsync(O_SYNC, &block), "aio_fsync");
  check_equal(success(&block), 0, "the return status");
  return 0;
}
