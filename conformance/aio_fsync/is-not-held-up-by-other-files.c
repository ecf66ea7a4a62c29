/* SPDX-License-Identifier: MIT
 *
 * What is queued for another file is not covered: the synchronization does not wait for it.
 *
 * It is a read that waits at a pipe.
 *
 * POSIX.1-2017, aio_fsync(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[4];
  struct aiocb reading = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&reading), "aio_read");

  const int file = temporary_file(O_RDWR);
  struct aiocb sync = request(file, NULL, 0, 0);
  queued(aio_fsync(O_SYNC, &sync), "aio_fsync");
  check_equal(success(&sync), 0, "the return status");
  check_error(aio_error(&reading), EINPROGRESS, "the error status of the read");
  return 0;
}
