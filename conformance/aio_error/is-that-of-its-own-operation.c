/* SPDX-License-Identifier: MIT
 *
 * The status is that of the operation of the control block, whatever others do.
 *
 * POSIX.1-2017, aio_error(), DESCRIPTION; RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  const struct channel waiting = silent_pipe();
  const struct channel failing = full_pipe();
  const int file = temporary_file(O_RDWR);
  char buffers[3][4] = {"abc", "def", "ghi"};
  struct aiocb first = request(waiting.reader, buffers[0], 3, 0);
  struct aiocb second = request(failing.writer, buffers[1], 3, 0);
  struct aiocb third = request(file, buffers[2], 3, 0);
  queued(aio_read(&first), "aio_read");
  queued(aio_write(&second), "aio_write");
  queued(aio_write(&third), "aio_write");

  must(close(failing.reader), "close");
  check_error(error_at_end(&second), EPIPE, "the error status of the write to the pipe");
  check_error(error_at_end(&third), 0, "the error status of the write to the file");
  check_error(aio_error(&first), EINPROGRESS, "the error status of the read");
  check_error(aio_error(&second), EPIPE, "the error status of the write to the pipe, again");
  return 0;
}
