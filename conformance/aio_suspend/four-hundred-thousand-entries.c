/* SPDX-License-Identifier: MIT
 *
 * nent is the number of elements of the list, for which no limit is given.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include "conformance.h"

enum { ENTRIES = 400000 };

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  static const struct aiocb* list[ENTRIES];
  list[ENTRIES - 1] = &block;
  break_silence(pipe);
  check_equal(aio_suspend(list, ENTRIES, NULL), 0, "what aio_suspend returned");
  check_error(aio_error(&block), 0, "the error status");
  check_equal(aio_return(&block), 1, "the return status");
  return 0;
}
