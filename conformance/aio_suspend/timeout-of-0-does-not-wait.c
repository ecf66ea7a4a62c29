/* SPDX-License-Identifier: MIT
 *
 * With a timeout of 0 the time has passed at once: EAGAIN if nothing is complete, 0 if something
 * is.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include <time.h>

#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  const struct aiocb* const list[] = {&block};
  const struct timespec no_time = {.tv_sec = 0};
  check_equal(aio_suspend(list, 1, &no_time), -1, "what it returned for a request in progress");
  check_error(errno, EAGAIN, "errno");

  break_silence(pipe);
  check_error(error_at_end(&block), 0, "the error status");
  check_equal(aio_suspend(list, 1, &no_time), 0, "what it returned for a complete one");
  check_equal(aio_return(&block), 1, "the return status");
  return 0;
}
