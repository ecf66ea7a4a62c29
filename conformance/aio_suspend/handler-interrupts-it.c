/* SPDX-License-Identifier: MIT
 *
 * When a signal's handler interrupts it, it returns -1 with EINTR; the operation goes on.
 *
 * POSIX.1-2017, aio_suspend(), ERRORS
 */
#include "interruption.h"

static void note(int signo) { (void)signo; }

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  const struct aiocb* const list[] = {&block};
  const timer_t timer = interrupt_every(2000000, note, 0);
  check_equal(aio_suspend(list, 1, NULL), -1, "what aio_suspend returned");
  check_error(errno, EINTR, "errno");
  stop_interruption(timer);
  check_error(aio_error(&block), EINPROGRESS, "the error status after the interruption");

  break_silence(pipe);
  check_equal(success(&block), 1, "the return status in the end");
  return 0;
}
