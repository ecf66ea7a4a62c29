/* SPDX-License-Identifier: MIT
 *
 * The call returns 0 once the read is queued, and does not wait for the data.
 *
 * The pipe is empty, so that a call that waited would not come back.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[8] = "";
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  check_equal(aio_read(&block), 0, "what aio_read returned");
  check_error(aio_error(&block), EINPROGRESS, "the error status before there is data");

  break_silence(pipe);
  check_equal(success(&block), 1, "the return status");
  check(buffer[0] == '!', "the byte is in the buffer");
  return 0;
}
