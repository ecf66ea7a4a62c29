/* SPDX-License-Identifier: MIT
 *
 * With SIGEV_NONE no signal is sent, but the error status and the return status are set, of an
 * operation that succeeds and of one that fails.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  const struct channel pipe = silent_pipe();
  char bytes[] = "12345";
  sigset_t all, pending;
  sigfillset(&all);
  check(pthread_sigmask(SIG_BLOCK, &all, NULL) == 0, "signals can be blocked");
  must(sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), "sigaction");
  struct aiocb good = request(file, bytes, 5, 0);
  struct aiocb bad = request(pipe.writer, bytes, 5, 0);
  must(close(pipe.reader), "close");
  queued(aio_write(&good), "aio_write");
  queued(aio_write(&bad), "aio_write");
  check_equal(success(&good), 5, "the return status of the good one");
  check_error(error_at_end(&bad), EPIPE, "the error status of the bad one");
  check_equal(aio_return(&bad), -1, "the return status of the bad one");
  must(sigpending(&pending), "sigpending");
  for (int signo = 1; signo <= SIGRTMAX; ++signo)
    check(sigismember(&pending, signo) != 1, "no signal is pending");
  return 0;
}
