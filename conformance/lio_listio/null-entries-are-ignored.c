/* SPDX-License-Identifier: MIT
 *
 * Null pointers in the list are ignored.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "notification.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "ab";
  struct aiocb first = request(file, &bytes[0], 1, 0);
  struct aiocb second = request(file, &bytes[1], 1, 1);
  first.aio_lio_opcode = second.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {NULL, &first, NULL, &second, NULL};
  check_equal(lio_listio(LIO_WAIT, list, 5, NULL), 0, "what it returned with LIO_WAIT");
  check_equal(success(&first), 1, "the first's return status");
  check_equal(success(&second), 1, "the second's return status");
  check(has_content(file, "ab"), "both are written");

  block_signal(SIGRTMIN);
  struct sigevent event = by_signal(SIGRTMIN, 1);
  check_equal(lio_listio(LIO_NOWAIT, list, 5, &event), 0, "what it returned with LIO_NOWAIT");
  receive(SIGRTMIN);
  check_equal(success(&first), 1, "the first's return status");
  check_equal(success(&second), 1, "the second's return status");
  return 0;
}
