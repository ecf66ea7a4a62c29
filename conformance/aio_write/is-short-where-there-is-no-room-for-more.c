/* SPDX-License-Identifier: MIT
 *
 * Where there is room for some of the bytes only, these are written and counted, as write() does
 * it.
 *
 * There is room up to the process's limit of file sizes.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION; write(), DESCRIPTION
 */
#include <sys/resource.h>

#include "conformance.h"

int main(void) {
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit = {.rlim_cur = 10, .rlim_max = 10};
  must(setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
  const int file = temporary_file(O_RDWR);
  char buffer[] = "0123456789abcdef";
  struct aiocb block = request(file, buffer, 16, 0);
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), 10, "the return status");
  check(has_content(file, "0123456789"), "what there is room for is in the file");
  return 0;
}
