/* SPDX-License-Identifier: MIT
 *
 * The failure of a request does not prevent the completion of any other, wherever it is in the
 * list.
 *
 * POSIX.1-2017, lio_listio(), RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "abc";
  struct aiocb blocks[5];
  struct aiocb* list[5];
  for (int i = 0; i < 5; ++i) {
    blocks[i] = i % 2 == 0 ? request(-1, bytes, 1, 0) : request(file, &bytes[i / 2], 1, i / 2);
    blocks[i].aio_lio_opcode = LIO_WRITE;
    list[i] = &blocks[i];
  }
  check_equal(lio_listio(LIO_WAIT, list, 5, NULL), -1, "what lio_listio returned");
  check_error(errno, EIO, "errno");
  check_equal(success(&blocks[1]), 1, "the return status of the first good one");
  check_equal(success(&blocks[3]), 1, "the return status of the second good one");
  check(has_content(file, "ab"), "both are written");
  return 0;
}
