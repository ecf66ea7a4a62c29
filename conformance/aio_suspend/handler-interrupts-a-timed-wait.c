/* SPDX-License-Identifier: MIT
 *
 * A signal's handler interrupts also a wait with a timeout: -1 with EINTR, and not EAGAIN.
 *
 * POSIX.1-2017, aio_suspend(), ERRORS
 */
#include "interruption.h"

static void note(int signo) { (void)signo; }

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  const struct aiocb* const list[] = {&block};
  const struct timespec an_hour = {.tv_sec = 3600};
  const timer_t timer = interrupt_every(2000000, note, 0);
  check_equal(aio_suspend(list, 1, &an_hour), -1, "what aio_suspend returned");
  check_error(errno, EINTR, "errno");
  stop_interruption(timer);
  return 0;
}
