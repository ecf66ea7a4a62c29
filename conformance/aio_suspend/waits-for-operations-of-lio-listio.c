/* SPDX-License-Identifier: MIT
 *
 * The list may name operations that were submitted by lio_listio().
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipes[] = {silent_pipe(), silent_pipe()};
  char buffers[2];
  struct aiocb first = request(pipes[0].reader, &buffers[0], 1, 0);
  struct aiocb second = request(pipes[1].reader, &buffers[1], 1, 0);
  first.aio_lio_opcode = second.aio_lio_opcode = LIO_READ;
  struct aiocb* const both[] = {&first, &second};
  queued(lio_listio(LIO_NOWAIT, both, 2, NULL), "lio_listio");

  const struct aiocb* const list[] = {&first, &second};
  break_silence(pipes[1]);
  check_equal(aio_suspend(list, 2, NULL), 0, "what aio_suspend returned");
  check_error(aio_error(&first), EINPROGRESS, "the error status of the first");
  check_error(aio_error(&second), 0, "the error status of the second");
  break_silence(pipes[0]);
  check_equal(aio_suspend(list, 1, NULL), 0, "what aio_suspend returned for the other");
  check_equal(success(&first), 1, "its return status");
  return 0;
}
