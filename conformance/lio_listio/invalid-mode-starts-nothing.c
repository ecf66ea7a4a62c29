/* SPDX-License-Identifier: MIT
 *
 * If it fails with another error than EAGAIN, EINTR or EIO, no operation of the list has been
 * started.
 *
 * The list writes to a pipe, on which its byte would come before the one that is written
 * afterwards; and the signal of its element does not come.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include "notification.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char bytes[] = "?";
  struct aiocb block = request(pipe.writer, bytes, 1, 0);
  block.aio_lio_opcode = LIO_WRITE;
  block.aio_sigevent = by_signal(SIGRTMIN, 1);
  struct aiocb* const list[] = {&block};
  block_signal(SIGRTMIN);
  check_equal(lio_listio(4711, list, 1, NULL), -1, "what lio_listio returned");
  check_error(errno, EINVAL, "errno");
  check(!comes(SIGRTMIN), "no signal comes");
  break_silence(pipe);
  char byte;
  check_equal(read(pipe.reader, &byte, 1), 1, "what read returned");
  check(byte == '!', "nothing was written before");
  return 0;
}
