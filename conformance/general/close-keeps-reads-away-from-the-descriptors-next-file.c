/* SPDX-License-Identifier: MIT
 *
 * What is not cancelled by close() completes as if it had not yet occurred: a read never takes
 * bytes of another file that has the descriptor's number by then.
 *
 * Three reads wait on a pipe, of which the number is another pipe's when there is something to read
 * in both.
 *
 * POSIX.1-2017, close(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  const struct channel next = silent_pipe();
  const int other_reader = must(dup(pipe.reader), "dup");
  char buffers[3] = "";
  struct aiocb blocks[3];
  for (int i = 0; i < 3; ++i) {
    blocks[i] = request(pipe.reader, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  must(close(pipe.reader), "close");
  check_equal(dup2(next.reader, pipe.reader), pipe.reader, "what dup2 returned");
  check_equal(write(next.writer, "???", 3), 3, "what write returned");
  check_equal(write(pipe.writer, "!!!", 3), 3, "what write returned");
  for (int i = 0; i < 3; ++i) {
    const int error = error_at_end(&blocks[i]);
    check(error == 0 || error == ECANCELED, "a read is carried out or cancelled");
    check(buffers[i] == (error == 0 ? '!' : 0), "its byte is of its own pipe, or there is none");
  }
  char rest[4];
  check_equal(read(next.reader, rest, sizeof rest), 3, "the number of bytes in the other pipe");
  must(close(other_reader), "close");
  return 0;
}
