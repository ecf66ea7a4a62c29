/* SPDX-License-Identifier: MIT
 *
 * A write that starts at or beyond the process's limit of file sizes ends with EFBIG, which is
 * write()'s.
 *
 * POSIX.1-2017, aio_write(), ERRORS; write(), ERRORS
 */
#include <sys/resource.h>

#include "conformance.h"

int main(void) {
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit = {.rlim_cur = 10, .rlim_max = 10};
  must(setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
  const int file = temporary_file(O_RDWR);
  char buffer[] = "abc";
  struct aiocb block = request(file, buffer, 3, 10);
  check_error(error_of(aio_write(&block), &block), EFBIG, "the error");
  check_equal(lseek(file, 0, SEEK_END), 0, "the size of the file");
  return 0;
}
