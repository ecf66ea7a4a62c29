/* SPDX-License-Identifier: MIT
 *
 * With LIO_NOWAIT it returns 0 as soon as the operations are queued.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  block.aio_lio_opcode = LIO_READ;
  struct aiocb* const list[] = {&block};
  check_equal(lio_listio(LIO_NOWAIT, list, 1, NULL), 0, "what lio_listio returned");
  check_error(aio_error(&block), EINPROGRESS, "the error status");
  break_silence(pipe);
  check_equal(success(&block), 1, "the return status in the end");
  return 0;
}
