/* SPDX-License-Identifier: MIT
 *
 * When the write has completed with success, the error status is 0.
 *
 * POSIX.1-2017, aio_error(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "abc");
  char buffer[3] = "xyz";
  struct aiocb block = request(file, buffer, sizeof buffer, 0);
  queued(aio_write(&block), "aio_write");
  const struct aiocb* const list[] = {&block};
  while (aio_error(&block) == EINPROGRESS) aio_suspend(list, 1, NULL);
  check_error(aio_error(&block), 0, "the error status");
  return 0;
}
