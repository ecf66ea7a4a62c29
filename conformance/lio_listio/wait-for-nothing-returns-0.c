/* SPDX-License-Identifier: MIT
 *
 * Null pointers and LIO_NOP are ignored: with nothing else in the list there is nothing to wait
 * for, and nothing has failed.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  struct aiocb nothing = request(-1, NULL, 0, 0);
  nothing.aio_lio_opcode = LIO_NOP;
  struct aiocb* const list[] = {NULL, &nothing, NULL};
  check_equal(lio_listio(LIO_WAIT, list, 3, NULL), 0, "what it returned for both kinds");
  check_equal(lio_listio(LIO_WAIT, list, 1, NULL), 0, "what it returned for a null pointer");
  check_equal(lio_listio(LIO_NOWAIT, list, 3, NULL), 0, "what it returned with LIO_NOWAIT");
  return 0;
}
