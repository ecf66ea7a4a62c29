/* SPDX-License-Identifier: MIT
 *
 * With a null pointer, it returns AIO_NOTCANCELED if at least one of the operations cannot be
 * cancelled because it is in progress.
 *
 * The first write has begun, and is longer than what the terminal holds.
 *
 * POSIX.1-2017, aio_cancel(), RETURN VALUE
 */
#include "terminal.h"

int main(void) {
  const struct terminal terminal = raw_terminal();
  static char byte;
  struct aiocb begun = long_write(terminal);
  struct aiocb behind = request(terminal.slave, &byte, 1, 0);
  queued(aio_write(&begun), "aio_write");
  await_begin(terminal);
  queued(aio_write(&behind), "aio_write");
  const int result = aio_cancel(terminal.slave, NULL);
  if (result == AIO_CANCELED) skip("a write in progress can be cancelled here");
  check_equal(result, AIO_NOTCANCELED, "what aio_cancel returned");
  take_all(terminal);
  check_equal(success(&begun), MORE_THAN_A_TERMINAL_HOLDS, "the return status of the first");
  const int error = error_at_end(&behind);
  check(error == ECANCELED || error == 0, "the other is cancelled or carried out");
  return 0;
}
