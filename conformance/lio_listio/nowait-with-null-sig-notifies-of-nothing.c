/* SPDX-License-Identifier: MIT
 *
 * With LIO_NOWAIT and a null pointer for sig no notification of the list occurs; the operations
 * complete.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  block.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&block};
  sigset_t all, pending;
  sigfillset(&all);
  check(pthread_sigmask(SIG_BLOCK, &all, NULL) == 0, "signals can be blocked");
  queued(lio_listio(LIO_NOWAIT, list, 1, NULL), "lio_listio");
  check_equal(success(&block), 5, "the return status");
  check(has_content(file, "12345"), "the bytes are written");
  must(sigpending(&pending), "sigpending");
  for (int signo = 1; signo <= SIGRTMAX; ++signo)
    check(sigismember(&pending, signo) != 1, "no signal is pending");
  return 0;
}
