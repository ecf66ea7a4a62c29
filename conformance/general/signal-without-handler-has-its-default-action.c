/* SPDX-License-Identifier: MIT
 *
 * The signal is generated for the process: where it is neither blocked nor caught nor ignored, it
 * has its default action, which for a realtime signal is to terminate the process.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery; XSH 2.4.3 Signal Actions
 */
#include <sys/wait.h>

#include "notification.h"

int main(void) {
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    const int file = temporary_file(O_RDWR);
    char bytes[] = "1";
    struct aiocb block = request(file, bytes, 1, 0);
    block.aio_sigevent = by_signal(SIGRTMIN, 1);
    queued(aio_write(&block), "aio_write");
    for (;;) pause();
  }
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  check(WIFSIGNALED(status) && WTERMSIG(status) == SIGRTMIN, "the signal has ended the process");
  return 0;
}
