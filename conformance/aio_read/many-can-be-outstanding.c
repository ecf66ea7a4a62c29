/* SPDX-License-Identifier: MIT
 *
 * As many requests can be outstanding as {AIO_MAX} says, and where it says nothing, many.
 *
 * POSIX.1-2017, <limits.h>, Runtime Invariant Values; XSH 2.8.2
 */
#include "conformance.h"

enum { MANY = 1000 };

int main(void) {
  const long limit = sysconf(_SC_AIO_MAX);
  const int reads = limit == -1 || limit > MANY ? MANY : (int)limit;
  const struct channel pipe = silent_pipe();
  static struct aiocb blocks[MANY];
  static char bytes[MANY];
  for (int i = 0; i < reads; ++i) {
    blocks[i] = request(pipe.reader, &bytes[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  for (int i = 0; i < reads; ++i)
    check_error(aio_error(&blocks[i]), EINPROGRESS, "the error status before there is data");
  for (int i = 0; i < reads; ++i) break_silence(pipe);
  for (int i = 0; i < reads; ++i) check_equal(success(&blocks[i]), 1, "the return status");
  return 0;
}
