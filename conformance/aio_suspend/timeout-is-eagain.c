/* SPDX-License-Identifier: MIT
 *
 * If no operation in the list completes in the time that is given, it returns -1 with EAGAIN; the
 * operation goes on.
 *
 * POSIX.1-2017, aio_suspend(), ERRORS
 */
#include <time.h>

#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  const struct aiocb* const list[] = {&block};
  const struct timespec time = {.tv_nsec = 20000000};
  check_equal(aio_suspend(list, 1, &time), -1, "what aio_suspend returned");
  check_error(errno, EAGAIN, "errno");
  check_error(aio_error(&block), EINPROGRESS, "the error status afterwards");

  break_silence(pipe);
  check_equal(success(&block), 1, "the return status in the end");
  return 0;
}
