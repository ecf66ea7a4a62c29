/* SPDX-License-Identifier: MIT
 *
 * A function that may fail with EINTR is restarted after a handler that was installed with
 * SA_RESTART, and does not fail with EINTR, unless its page says otherwise.
 *
 * The tenth time the handler writes what is read, so that the wait ends.
 *
 * POSIX.1-2017, sigaction(), DESCRIPTION, SA_RESTART
 */
#include "interruption.h"

static struct channel silent;
static volatile sig_atomic_t interruptions;

static void tenth_time_write(int signo) {
  const int error = errno;
  interruptions += signo == SIGALRM;
  if (interruptions == 10) break_silence(silent);
  errno = error;
}

int main(void) {
  silent = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(silent.reader, buffer, sizeof buffer, 0);
  block.aio_lio_opcode = LIO_READ;
  struct aiocb* const list[] = {&block};
  const timer_t timer = interrupt_every(2000000, tenth_time_write, SA_RESTART);
  const int result = lio_listio(LIO_WAIT, list, 1, NULL);
  const int error = errno;
  stop_interruption(timer);
  if (result != 0) fail("lio_listio returned %d with \"%s\"", result, strerror(error));
  check_equal(success(&block), 1, "the return status");
  return 0;
}
