/* SPDX-License-Identifier: MIT
 *
 * A child is a process of its own, which can use asynchronous I/O, also when its parent has used it
 * before.
 *
 * POSIX.1-2017, fork(), DESCRIPTION
 */
#include <sys/wait.h>

#include "conformance.h"

static void use(int file) {
  char buffer[5];
  struct aiocb block = request(file, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  check_equal(success(&block), 5, "the return status");
  check(memcmp(buffer, "12345", 5) == 0, "the bytes are read");
}

int main(void) {
  const int file = temporary_file(O_RDWR);
  const struct channel pipe = silent_pipe();
  static struct aiocb pending;
  static char buffer[1];
  set_content(file, "12345");
  pending = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&pending), "aio_read");
  use(file);
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    use(file);
    _exit(0);
  }
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child could use it");
  use(file);
  return 0;
}
