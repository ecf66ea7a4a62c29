/* SPDX-License-Identifier: MIT
 *
 * The call returns 0 once the write is queued, and does not wait until it can be done.
 *
 * The pipe is full, so that a call that waited would not come back.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = full_pipe();
  char buffer[] = "abc";
  struct aiocb block = request(pipe.writer, buffer, 3, 0);
  check_equal(aio_write(&block), 0, "what aio_write returned");
  check_error(aio_error(&block), EINPROGRESS, "the error status before there is room");

  make_room(pipe);
  check_equal(success(&block), 3, "the return status");
  char found[4] = "";
  check(read(pipe.reader, found, 3) == 3 && strcmp(found, "abc") == 0, "the bytes are in the pipe");
  return 0;
}
