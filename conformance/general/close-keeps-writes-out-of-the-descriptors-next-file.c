/* SPDX-License-Identifier: MIT
 *
 * What is not cancelled by close() completes as if it had not yet occurred: never on another file
 * that has the descriptor's number by then.
 *
 * Four writes wait on a full pipe, of which the number is a file's when the pipe is emptied.
 *
 * POSIX.1-2017, close(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = full_pipe();
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1234";
  struct aiocb blocks[4];
  for (int i = 0; i < 4; ++i) {
    blocks[i] = request(pipe.writer, &bytes[i], 1, 0);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  must(close(pipe.writer), "close");
  check_equal(dup2(file, pipe.writer), pipe.writer, "what dup2 returned");
  make_room(pipe);
  for (int i = 0; i < 4; ++i) error_at_end(&blocks[i]);
  check(has_content(file, ""), "nothing is written to the other file");
  for (int i = 0; i < 4; ++i) {
    const int error = aio_error(&blocks[i]);
    check(error == 0 || error == ECANCELED, "a write is carried out or cancelled");
    check_equal(aio_return(&blocks[i]), error == 0 ? 1 : -1, "a return status");
  }
  return 0;
}
