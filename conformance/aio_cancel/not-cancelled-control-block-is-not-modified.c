/* SPDX-License-Identifier: MIT
 *
 * The control block of an operation that is not cancelled is not modified.
 *
 * The write has begun, and is longer than what the terminal holds.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "notification.h"
#include "terminal.h"

int main(void) {
  const struct terminal terminal = raw_terminal();
  struct aiocb block = long_write(terminal);
  queued(aio_write(&block), "aio_write");
  await_begin(terminal);
  struct aiocb before;
  memcpy(&before, &block, sizeof block);
  if (aio_cancel(terminal.slave, &block) != AIO_NOTCANCELED)
    skip("a write in progress can be cancelled here");
  check(memcmp(&before, &block, sizeof block) == 0, "the control block is as it was");
  check_error(aio_error(&block), EINPROGRESS, "the error status");
  take_all(terminal);
  check_equal(success(&block), MORE_THAN_A_TERMINAL_HOLDS, "the return status in the end");
  return 0;
}
