/* SPDX-License-Identifier: MIT
 *
 * D9: A signal that cannot be queued becomes the result of the I/O.
 *
 * A write that succeeded reports EAGAIN, and the notification is lost.
 *
 * The result is that of the I/O; the signal is kept, and comes when there is room.
 */
#include "defects.h"

int main(void) {
  char byte = 'x';
  const int file = temporary_file(O_RDWR);
  const int signo = SIGRTMIN;
  struct rlimit before;
  block_signal(signo);
  must(getrlimit(RLIMIT_SIGPENDING, &before), "getrlimit");
  const struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
  must(setrlimit(RLIMIT_SIGPENDING, &none), "setrlimit");
  struct aiocb writing = request(file, &byte, 1, 0);
  tell_by_signal(&writing, signo, 42);
  queued(aio_write(&writing), "aio_write");
  check_equal(success(&writing), 1, "the return status");
  check(has_content(file, "x"), "the byte is in the file");
  must(setrlimit(RLIMIT_SIGPENDING, &before), "setrlimit");
  check_equal(receive(signo).si_value.sival_int, 42, "the signal's value");
  return 0;
}
