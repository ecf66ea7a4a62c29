/* SPDX-License-Identifier: MIT
 *
 * It is async-signal-safe: a handler may wait for another operation while the wait that it has
 * interrupted has not ended.
 *
 * POSIX.1-2017, XSH 2.4.3 Signal Actions
 */
#include "interruption.h"

static struct aiocb inner;
static struct channel for_inner;
static volatile sig_atomic_t value_in_handler = -2;

static void wait_in_handler(int signo) {
  const struct aiocb* const list[] = {&inner};
  if (signo != SIGALRM || value_in_handler != -2) return;
  const int error = errno;
  break_silence(for_inner);
  value_in_handler = aio_suspend(list, 1, NULL);
  errno = error;
}

int main(void) {
  static char buffers[2];
  const struct channel for_outer = silent_pipe();
  for_inner = silent_pipe();
  struct aiocb outer = request(for_outer.reader, &buffers[0], 1, 0);
  inner = request(for_inner.reader, &buffers[1], 1, 0);
  queued(aio_read(&outer), "aio_read");
  queued(aio_read(&inner), "aio_read");
  const struct aiocb* const list[] = {&outer};
  const timer_t timer = interrupt_every(2000000, wait_in_handler, 0);
  while (value_in_handler == -2)
    check(aio_suspend(list, 1, NULL) == -1 && errno == EINTR, "the wait is interrupted");
  stop_interruption(timer);
  check_equal(value_in_handler, 0, "what aio_suspend returned in the handler");
  check_error(aio_error(&inner), 0, "the error status of what the handler waited for");
  check_error(aio_error(&outer), EINPROGRESS, "the error status of the other");
  break_silence(for_outer);
  check_equal(success(&outer), 1, "its return status");
  return 0;
}
