/* SPDX-License-Identifier: MIT
 *
 * With LIO_NOWAIT, too, the failure of a request does not prevent the completion of any other.
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
  const int result = lio_listio(LIO_NOWAIT, list, 5, NULL);
  check(result == 0 || (result == -1 && errno == EIO), "it returns 0, or -1 with EIO");
  check_equal(success(&blocks[1]), 1, "the return status of the first good one");
  check_equal(success(&blocks[3]), 1, "the return status of the second good one");
  for (int i = 0; i < 5; i += 2) check_error(error_at_end(&blocks[i]), EBADF, "a bad one's error");
  check(has_content(file, "ab"), "both are written");
  return 0;
}
