/* SPDX-License-Identifier: MIT
 *
 * The parent's operations are not affected by fork(): they complete there, and notify the parent
 * and not the child.
 *
 * The child ends before the parent's data come; another one lives until afterwards.
 *
 * POSIX.1-2017, fork(), DESCRIPTION
 */
#include <sys/wait.h>

#include "notification.h"

int main(void) {
  const struct channel pipe = silent_pipe();
  const struct channel for_child = silent_pipe();
  char buffer[1] = "";
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  block.aio_sigevent = by_signal(SIGRTMIN, 4711);
  block_signal(SIGRTMIN);
  queued(aio_read(&block), "aio_read");
  const pid_t short_lived = must(fork(), "fork");
  if (short_lived == 0) _exit(0);
  must(waitpid(short_lived, NULL, 0), "waitpid");

  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    char byte;
    check(read(for_child.reader, &byte, 1) == 1, "the parent says when it is over");
    check(!comes(SIGRTMIN), "no signal comes in the child");
    _exit(0);
  }
  check_error(aio_error(&block), EINPROGRESS, "the error status after fork()");
  break_silence(pipe);
  check_equal(receive(SIGRTMIN).si_value.sival_int, 4711, "the signal's value");
  check_equal(success(&block), 1, "the return status");
  check(buffer[0] == '!', "the byte is in the parent's buffer");
  break_silence(for_child);
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child saw what it should");
  return 0;
}
