/* SPDX-License-Identifier: MIT
 *
 * It returns AIO_NOTCANCELED if the operation cannot be cancelled because it is in progress.
 *
 * The write has begun, and is longer than what the terminal holds.
 *
 * POSIX.1-2017, aio_cancel(), RETURN VALUE
 */
#include "terminal.h"

int main(void) {
  const struct terminal terminal = raw_terminal();
  struct aiocb block = long_write(terminal);
  queued(aio_write(&block), "aio_write");
  await_begin(terminal);
  const int result = aio_cancel(terminal.slave, &block);
  if (result == AIO_CANCELED) skip("a write in progress can be cancelled here");
  check_equal(result, AIO_NOTCANCELED, "what aio_cancel returned");
  take_all(terminal);
  check_equal(success(&block), MORE_THAN_A_TERMINAL_HOLDS, "the return status");
  return 0;
}
