/* SPDX-License-Identifier: MIT
 *
 * Normal notification occurs for an operation that is cancelled: its signal is sent, with its
 * value.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "notification.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb first, second;
  static char buffers[2];
  block_signal(SIGRTMIN);
  first = request(pipe.reader, &buffers[0], 1, 0);
  second = request(pipe.reader, &buffers[1], 1, 0);
  second.aio_sigevent = by_signal(SIGRTMIN, 4711);
  queued(aio_read(&first), "aio_read");
  queued(aio_read(&second), "aio_read");
  if (aio_cancel(pipe.reader, &second) != AIO_CANCELED)
    skip("no queued read can be cancelled here");
  const siginfo_t info = receive(SIGRTMIN);
  check_equal(info.si_code, SI_ASYNCIO, "the signal's code");
  check_equal(info.si_value.sival_int, 4711, "the signal's value");
  check_error(aio_error(&second), ECANCELED, "the error status");
  check(!comes(SIGRTMIN), "the signal comes once");
  return 0;
}
