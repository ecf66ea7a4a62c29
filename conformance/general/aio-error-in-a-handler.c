/* SPDX-License-Identifier: MIT
 *
 * aio_error() is async-signal-safe: a handler may call it, also when it has interrupted
 * aio_error().
 *
 * The handler interrupts aio_error(), which is called without a break, three thousand times.
 *
 * POSIX.1-2017, XSH 2.4.3 Signal Actions
 */
#include "interruption.h"

enum { INTERRUPTIONS = 3000 };

static struct aiocb pending;
static volatile sig_atomic_t interruptions;
static volatile sig_atomic_t wrong;

static void look(int signo) {
  const int error = errno;
  if (aio_error(&pending) != EINPROGRESS) wrong = 1;
  interruptions += signo == SIGALRM;
  errno = error;
}

int main(void) {
  static char buffer[1];
  const struct channel pipe = silent_pipe();
  pending = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&pending), "aio_read");
  const timer_t timer = interrupt_every(100000, look, 0);
  while (interruptions < INTERRUPTIONS)
    check_error(aio_error(&pending), EINPROGRESS, "the error status");
  stop_interruption(timer);
  check(!wrong, "the error status is the same in the handler");
  return 0;
}
