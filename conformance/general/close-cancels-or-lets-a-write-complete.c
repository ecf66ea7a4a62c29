/* SPDX-License-Identifier: MIT
 *
 * A request that is outstanding at close() is cancelled, or completes as if the close had not yet
 * occurred: an accepted write never ends with EBADF.
 *
 * Two writes wait on a full pipe, which is emptied after the close.
 *
 * POSIX.1-2017, close(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = full_pipe();
  char bytes[2] = "12", found[2] = "";
  struct aiocb blocks[2];
  for (int i = 0; i < 2; ++i) {
    blocks[i] = request(pipe.writer, &bytes[i], 1, 0);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  must(close(pipe.writer), "close");
  make_room(pipe);
  for (int i = 0; i < 2; ++i) {
    const int error = error_at_end(&blocks[i]);
    check(error != EBADF, "the write does not end with EBADF");
    check(error == 0 || error == ECANCELED, "the write is carried out or cancelled");
    check_equal(aio_return(&blocks[i]), error == 0 ? 1 : -1, "the return status");
    if (error == 0) {
      check_equal(read(pipe.reader, found, 1), 1, "what read returned");
      check(found[0] == bytes[i], "its byte is in the pipe");
    }
  }
  check_equal(read(pipe.reader, found, 1), 0, "what read returned at the end");
  return 0;
}
