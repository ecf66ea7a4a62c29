/* SPDX-License-Identifier: MIT
 *
 * With LIO_WAIT it fails with EINTR when a signal is delivered while it waits.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include "interruption.h"

static void note(int signo) { (void)signo; }

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  block.aio_lio_opcode = LIO_READ;
  struct aiocb* const list[] = {&block};
  const timer_t timer = interrupt_every(2000000, note, 0);
  check_equal(lio_listio(LIO_WAIT, list, 1, NULL), -1, "what lio_listio returned");
  check_error(errno, EINTR, "errno");
  stop_interruption(timer);
  return 0;
}
