/* SPDX-License-Identifier: MIT
 *
 * A request can end with the errors of write(): with EFBIG if it would go beyond the process's file
 * size limit; the others are carried out.
 *
 * POSIX.1-2017, lio_listio(), ERRORS; write(), ERRORS
 */
#include <sys/resource.h>

#include "conformance.h"

int main(void) {
  must(sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), "sigaction");
  const struct rlimit limit = {.rlim_cur = 4096, .rlim_max = 4096};
  must(setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  struct aiocb beyond = request(file, bytes, 1, 4096);
  struct aiocb within = request(file, bytes, 1, 0);
  beyond.aio_lio_opcode = within.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&beyond, &within};
  check_equal(lio_listio(LIO_WAIT, list, 2, NULL), -1, "what lio_listio returned");
  check_error(errno, EIO, "errno");
  check_error(aio_error(&beyond), EFBIG, "the error status of the one beyond");
  check_equal(aio_return(&beyond), -1, "its return status");
  check_equal(success(&within), 1, "the return status of the other");
  return 0;
}
