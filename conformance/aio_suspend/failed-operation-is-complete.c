/* SPDX-License-Identifier: MIT
 *
 * An operation is complete when its error status is not EINPROGRESS: one that failed ends the wait,
 * too, and the value is 0.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  must(sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), "sigaction");
  const struct channel pipe = full_pipe();
  char buffer[1] = "";
  struct aiocb block = request(pipe.writer, buffer, sizeof buffer, 0);
  queued(aio_write(&block), "aio_write");
  const struct aiocb* const list[] = {&block};
  must(close(pipe.reader), "close");
  check_equal(aio_suspend(list, 1, NULL), 0, "what aio_suspend returned");
  check_error(aio_error(&block), EPIPE, "the error status");
  check_equal(aio_return(&block), -1, "the return status");
  return 0;
}
