/* SPDX-License-Identifier: MIT
 *
 * close() is async-signal-safe: a handler may close descriptors with outstanding requests, whatever
 * it has interrupted.
 *
 * The handler interrupts calls of aio_error(), aio_read() and aio_cancel(), and closes one
 * descriptor each time.
 *
 * POSIX.1-2017, XSH 2.4.3 Signal Actions
 */
#include "interruption.h"

enum { DESCRIPTORS = 300 };

static struct channel pipes[DESCRIPTORS];
static volatile sig_atomic_t closed;
static volatile sig_atomic_t wrong;

static void close_one(int signo) {
  if (signo != SIGALRM || closed == DESCRIPTORS) return;
  const int error = errno;
  if (close(pipes[closed].reader) != 0) wrong = 1;
  closed += 1;
  errno = error;
}

int main(void) {
  static struct aiocb blocks[DESCRIPTORS], first, second;
  static char buffers[DESCRIPTORS + 2];
  const struct channel pipe = silent_pipe();
  for (int i = 0; i < DESCRIPTORS; ++i) {
    pipes[i] = silent_pipe();
    blocks[i] = request(pipes[i].reader, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  first = request(pipe.reader, &buffers[DESCRIPTORS], 1, 0);
  second = request(pipe.reader, &buffers[DESCRIPTORS + 1], 1, 0);
  queued(aio_read(&first), "aio_read");
  const timer_t timer = interrupt_every(200000, close_one, 0);
  while (closed < DESCRIPTORS) {
    queued(aio_read(&second), "aio_read");
    check_error(aio_error(&second), EINPROGRESS, "the error status");
    if (aio_cancel(pipe.reader, &second) != AIO_CANCELED)
      skip("no queued read can be cancelled here");
    check_equal(aio_return(&second), -1, "the return status");
  }
  stop_interruption(timer);
  check(!wrong, "each close succeeds");
  return 0;
}
