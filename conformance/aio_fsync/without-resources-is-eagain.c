/* SPDX-License-Identifier: MIT
 *
 * Where resources are lacking for the request to be queued, the call fails with EAGAIN; otherwise
 * it is carried out.
 *
 * It is the first request of the process, made while no memory can be had; there is some again
 * afterwards.
 *
 * POSIX.1-2017, aio_fsync(), ERRORS
 */
#include <sys/resource.h>

#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "abc");
  char buffer[3] = "xyz";
  struct aiocb block = request(file, buffer, sizeof buffer, 0);

  struct rlimit memory;
  must(getrlimit(RLIMIT_AS, &memory), "getrlimit");
  const struct rlimit none = {.rlim_cur = 0, .rlim_max = memory.rlim_max};
  must(setrlimit(RLIMIT_AS, &none), "setrlimit");
  const int result = aio_fsync(O_SYNC, &block);
  const int error = errno;
  must(setrlimit(RLIMIT_AS, &memory), "setrlimit");

  if (result == -1) {
    check_error(error, EAGAIN, "errno");

    queued(aio_fsync(O_SYNC, &block), "aio_fsync");
  }
  check_equal(success(&block), 0, "the return status");

  return 0;
}
