/* SPDX-License-Identifier: MIT
 *
 * A child inherits no asynchronous operation: none is outstanding there for the descriptor that it
 * has inherited.
 *
 * POSIX.1-2017, fork(), DESCRIPTION
 */
#include <sys/wait.h>

#include "conformance.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    check_equal(aio_cancel(pipe.reader, NULL), AIO_ALLDONE,
                "what aio_cancel returned in the child");
    _exit(0);
  }
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child saw what it should");
  check_error(aio_error(&block), EINPROGRESS, "the error status in the parent");
  return 0;
}
