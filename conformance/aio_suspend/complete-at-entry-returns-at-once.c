/* SPDX-License-Identifier: MIT
 *
 * If an operation in the list is complete at the time of the call, it returns without suspending
 * the thread, and the value is 0.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  break_silence(pipe);
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  while (aio_error(&block) == EINPROGRESS) continue;

  const struct aiocb* const list[] = {&block};
  check_equal(aio_suspend(list, 1, NULL), 0, "what aio_suspend returned");
  check_equal(success(&block), 1, "the return status afterwards");
  return 0;
}
