/* SPDX-License-Identifier: MIT
 *
 * It fails with EINVAL if nent is greater than AIO_LISTIO_MAX, and starts nothing.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include <limits.h>

#include "conformance.h"

int main(void) {
  const long most = sysconf(_SC_AIO_LISTIO_MAX);
  if (most == -1) skip("AIO_LISTIO_MAX has no limit here");
  if (most >= INT_MAX) skip("AIO_LISTIO_MAX is beyond what nent can be");
  const struct channel pipe = silent_pipe();
  char bytes[] = "?";
  struct aiocb block = request(pipe.writer, bytes, 1, 0);
  block.aio_lio_opcode = LIO_WRITE;
  struct aiocb** const list = calloc((size_t)most + 1, sizeof *list);
  check(list != NULL, "there is memory");
  list[0] = &block;
  check_equal(lio_listio(LIO_WAIT, list, (int)most + 1, NULL), -1, "what lio_listio returned");
  check_error(errno, EINVAL, "errno");
  break_silence(pipe);
  char byte;
  check_equal(read(pipe.reader, &byte, 1), 1, "what read returned");
  check(byte == '!', "nothing was written before");
  return 0;
}
