/* SPDX-License-Identifier: MIT
 *
 * With LIO_WAIT the argument sig is ignored: what is in it does not matter.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  block.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&block};
  struct sigevent event;
  memset(&event, 0x5a, sizeof event);
  check_equal(lio_listio(LIO_WAIT, list, 1, &event), 0, "what lio_listio returned");
  check_equal(success(&block), 5, "the return status");
  return 0;
}
