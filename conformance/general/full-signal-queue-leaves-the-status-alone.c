/* SPDX-License-Identifier: MIT
 *
 * The status is that of the I/O: that a signal cannot be queued for want of room does not change
 * it.
 *
 * The process may have no queued signal at all.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include <sys/resource.h>

#include "notification.h"

int main(void) {
#ifndef RLIMIT_SIGPENDING
  skip("there is no limit for queued signals here");
#else
  const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
  must(setrlimit(RLIMIT_SIGPENDING, &none), "setrlimit");
  const int file = temporary_file(O_RDWR);
  static char bytes[] = "12345";
  static struct aiocb block;
  block = request(file, bytes, 5, 0);
  block.aio_sigevent = by_signal(SIGRTMIN, 1);
  block_signal(SIGRTMIN);
  const int result = aio_write(&block);
  if (result == -1 && errno == EAGAIN) skip("such a request is refused here");
  queued(result, "aio_write");
  check_error(error_at_end(&block), 0, "the error status");
  check_equal(aio_return(&block), 5, "the return status");
  check(has_content(file, "12345"), "the bytes are written");
  return 0;
#endif
}
