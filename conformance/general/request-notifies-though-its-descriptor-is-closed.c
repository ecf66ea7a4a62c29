/* SPDX-License-Identifier: MIT
 *
 * A request that is outstanding at close() notifies like any other, whether it is cancelled or
 * carried out.
 *
 * POSIX.1-2017, close(), DESCRIPTION; aio_cancel(), DESCRIPTION
 */
#include "notification.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  const int other_reader = must(dup(pipe.reader), "dup");
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  block.aio_sigevent = by_signal(SIGRTMIN, 4711);
  block_signal(SIGRTMIN);
  queued(aio_read(&block), "aio_read");
  must(close(pipe.reader), "close");
  break_silence(pipe);
  check_equal(receive(SIGRTMIN).si_value.sival_int, 4711, "the signal's value");
  const int error = aio_error(&block);
  check(error == 0 || error == ECANCELED, "the read is carried out or cancelled");
  check(!comes(SIGRTMIN), "the signal comes once");
  must(close(other_reader), "close");
  return 0;
}
