/* SPDX-License-Identifier: MIT
 *
 * A child can use asynchronous I/O when its parent has not used it, and the parent afterwards.
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
}

int main(void) {
  const int file = temporary_file(O_RDWR);
  set_content(file, "12345");
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
