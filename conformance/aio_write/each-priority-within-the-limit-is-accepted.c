/* SPDX-License-Identifier: MIT
 *
 * An aio_reqprio from 0 to {AIO_PRIO_DELTA_MAX} is valid.
 *
 * POSIX.1-2017, aio_write(), ERRORS; XSH 2.8.2
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "abc");
  const int limit = (int)sysconf(_SC_AIO_PRIO_DELTA_MAX);
  for (int priority = 0; priority <= limit; ++priority) {
    char buffer[3] = "abc";
    struct aiocb block = request(file, buffer, sizeof buffer, 0);
    block.aio_reqprio = priority;
    queued(aio_write(&block), "aio_write");
    check_equal(success(&block), sizeof buffer, "the return status");
  }
  return 0;
}
