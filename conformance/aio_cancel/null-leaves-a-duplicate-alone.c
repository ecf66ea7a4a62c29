/* SPDX-License-Identifier: MIT
 *
 * With a null pointer, only requests against that file descriptor are cancelled, and not those
 * against another one for the same file.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  const int duplicate = must(dup(pipe.reader), "dup");
  char buffer[1];
  struct aiocb block = request(duplicate, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  check_equal(aio_cancel(pipe.reader, NULL), AIO_ALLDONE, "what aio_cancel returned");
  check_error(aio_error(&block), EINPROGRESS, "the error status on the duplicate");
  break_silence(pipe);
  check_equal(success(&block), 1, "the return status");
  return 0;
}
