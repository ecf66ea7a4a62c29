/* SPDX-License-Identifier: MIT
 *
 * It fails with EINVAL if the mode is not a proper value.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "12345";
  struct aiocb block = request(file, bytes, 5, 0);
  block.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&block};
  const int modes[] = {-1, LIO_WAIT + LIO_NOWAIT + 1, 4711};
  for (int i = 0; i < 3; ++i) {
    errno = 0;
    check_equal(lio_listio(modes[i], list, 1, NULL), -1, "what lio_listio returned");
    check_error(errno, EINVAL, "errno");
  }
  return 0;
}
