/* SPDX-License-Identifier: MIT
 *
 * It returns 0 when at least one of the listed operations is complete, though others are in
 * progress, which go on.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel silent = silent_pipe();
  const struct channel other = silent_pipe();
  const struct channel loud = silent_pipe();
  break_silence(loud);
  char buffers[3];
  struct aiocb before = request(silent.reader, &buffers[0], 1, 0);
  struct aiocb complete = request(loud.reader, &buffers[1], 1, 0);
  struct aiocb after = request(other.reader, &buffers[2], 1, 0);
  queued(aio_read(&before), "aio_read");
  queued(aio_read(&complete), "aio_read");
  queued(aio_read(&after), "aio_read");

  const struct aiocb* const list[] = {&before, &complete, &after};
  check_equal(aio_suspend(list, 3, NULL), 0, "what aio_suspend returned");
  check_error(aio_error(&complete), 0, "the error status of the complete one");
  check_error(aio_error(&before), EINPROGRESS, "the error status of the one before it");
  check_error(aio_error(&after), EINPROGRESS, "the error status of the one behind it");

  break_silence(silent);
  break_silence(other);
  check_equal(success(&before), 1, "the return status of the one before it");
  check_equal(success(&after), 1, "the return status of the one behind it");
  return 0;
}
