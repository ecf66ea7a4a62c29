/* SPDX-License-Identifier: MIT
 *
 * D16: Errors are never reported at the call.
 *
 * A descriptor that is not open for reading, and any sigev_notify, are accepted; aio_return() can
 * be repeated. Rust's nix skips its tests on Linux for this.
 *
 * EBADF, EINVAL and EAGAIN come at the call; a status is given out once.
 */
#include "defects.h"

int main(void) {
  char byte;
  const int file = temporary_file(O_RDWR);
  set_content(file, "x");
  struct aiocb unreadable = request(open_again(file, O_WRONLY), &byte, 1, 0);
  check_equal(aio_read(&unreadable), -1, "aio_read() of a descriptor for writing");
  check_error(errno, EBADF, "errno");
  struct aiocb untellable = request(file, &byte, 1, 0);
  untellable.aio_sigevent.sigev_notify = 12345;
  check_equal(aio_read(&untellable), -1, "aio_read() with a sigev_notify that is none");
  check_error(errno, EINVAL, "errno");
  struct aiocb reading = request(file, &byte, 1, 0);
  queued(aio_read(&reading), "aio_read");
  check_equal(success(&reading), 1, "the return status");
  check_equal(aio_return(&reading), -1, "aio_return() for the second time");
  check_error(errno, EINVAL, "errno");
  return 0;
}
