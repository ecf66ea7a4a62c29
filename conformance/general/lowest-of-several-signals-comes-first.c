/* SPDX-License-Identifier: MIT
 *
 * Of several realtime signals that are pending, the one with the lowest number is accepted first,
 * in whatever order the requests completed.
 *
 * POSIX.1-2017, XSH 2.4.2 Realtime Signal Generation and Delivery
 */
#include "notification.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  struct aiocb block = request(file, bytes, 1, 0);
  sigset_t set;
  sigemptyset(&set);
  for (int i = 2; i >= 0; --i) {
    block_signal(SIGRTMIN + i);
    sigaddset(&set, SIGRTMIN + i);
    block.aio_sigevent = by_signal(SIGRTMIN + i, i);
    queued(aio_write(&block), "aio_write");
    check_equal(success(&block), 1, "the return status");
    while (!is_pending(SIGRTMIN + i)) continue;
  }
  for (int i = 0; i < 3; ++i) {
    siginfo_t info;
    check_equal(sigwaitinfo(&set, &info), SIGRTMIN + i, "the signal's number");
    check_equal(info.si_value.sival_int, i, "the signal's value");
  }
  return 0;
}
