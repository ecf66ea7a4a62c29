/* SPDX-License-Identifier: MIT
 *
 * An aio_reqprio above {AIO_PRIO_DELTA_MAX} is EINVAL, at the call or as the final status.
 *
 * POSIX.1-2017, aio_write(), ERRORS; XSH 2.8.2
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char buffer[4] = "abc";
  struct aiocb block = request(file, buffer, sizeof buffer, 0);
  block.aio_reqprio = (int)sysconf(_SC_AIO_PRIO_DELTA_MAX) + 1;
  check_error(error_of(aio_write(&block), &block), EINVAL, "the error");
  return 0;
}
