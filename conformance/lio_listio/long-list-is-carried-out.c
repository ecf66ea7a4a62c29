/* SPDX-License-Identifier: MIT
 *
 * A list may have as many elements as AIO_LISTIO_MAX says. Without a limit, or with a large one,
 * five thousand are carried out.
 *
 * POSIX.1-2017, lio_listio(), ERRORS; limits.h, Runtime Invariant Values
 */
#include "conformance.h"

enum { MANY = 5000 };

int main(void) {
  const long most = sysconf(_SC_AIO_LISTIO_MAX);
  const int count = most == -1 || most > MANY ? MANY : (int)most;
  static struct aiocb blocks[MANY];
  static struct aiocb* list[MANY];
  static char bytes[MANY], found[MANY];
  const int file = temporary_file(O_RDWR);
  for (int i = 0; i < count; ++i) {
    bytes[i] = (char)(i * 31);
    blocks[i] = request(file, &bytes[i], 1, i);
    blocks[i].aio_lio_opcode = LIO_WRITE;
    list[i] = &blocks[i];
  }
  check_equal(lio_listio(LIO_WAIT, list, count, NULL), 0, "what lio_listio returned");
  for (int i = 0; i < count; ++i) check_equal(aio_return(&blocks[i]), 1, "a return status");
  check_equal(pread(file, found, (size_t)count, 0), count, "the number of bytes in the file");
  check(memcmp(bytes, found, (size_t)count) == 0, "all bytes are in their place");
  return 0;
}
