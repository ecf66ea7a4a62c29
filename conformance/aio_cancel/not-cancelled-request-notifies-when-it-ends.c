/* SPDX-License-Identifier: MIT
 *
 * For a request that cannot be cancelled, the normal completion takes place when it completes, with
 * its notification, and not sooner.
 *
 * The write has begun, and is longer than what the terminal holds.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "notification.h"
#include "terminal.h"

int main(void) {
  const struct terminal terminal = raw_terminal();
  block_signal(SIGRTMIN);
  struct aiocb block = long_write(terminal);
  block.aio_sigevent = by_signal(SIGRTMIN, 4711);
  queued(aio_write(&block), "aio_write");
  await_begin(terminal);
  if (aio_cancel(terminal.slave, &block) != AIO_NOTCANCELED)
    skip("a write in progress can be cancelled here");
  check(!comes(SIGRTMIN), "no signal comes before the end");
  take_all(terminal);
  check_equal(receive(SIGRTMIN).si_value.sival_int, 4711, "the signal's value");
  check_equal(success(&block), MORE_THAN_A_TERMINAL_HOLDS, "the return status");
  return 0;
}
