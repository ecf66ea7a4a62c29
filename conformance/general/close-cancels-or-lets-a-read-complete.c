/* SPDX-License-Identifier: MIT
 *
 * A request that is outstanding at close() is cancelled, or completes as if the close had not yet
 * occurred.
 *
 * Two reads wait on a pipe. Bytes for both are written after the close, which somebody else can
 * read, too.
 *
 * POSIX.1-2017, close(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  const int other_reader = must(dup(pipe.reader), "dup");
  char buffers[2] = "";
  struct aiocb blocks[2];
  for (int i = 0; i < 2; ++i) {
    blocks[i] = request(pipe.reader, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  must(close(pipe.reader), "close");
  break_silence(pipe);
  break_silence(pipe);
  must(close(pipe.writer), "close");
  char rest[3];
  long bytes_read = 0;
  for (int i = 0; i < 2; ++i) {
    const int error = error_at_end(&blocks[i]);
    check(error == 0 || error == ECANCELED, "the read is carried out or cancelled");
    check_equal(aio_return(&blocks[i]), error == 0 ? 1 : -1, "the return status");
    check(buffers[i] == (error == 0 ? '!' : 0), "the byte is in the buffer, or nothing");
    bytes_read += error == 0;
  }
  check_equal(read(other_reader, rest, sizeof rest), 2 - bytes_read, "the number of bytes left");
  return 0;
}
