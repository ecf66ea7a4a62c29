/* SPDX-License-Identifier: MIT
 *
 * Writes to an O_APPEND descriptor are appended, whatever their offsets are: none overwrites
 * another.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION; XSH 2.8.2 Asynchronous I/O
 */
#include "conformance.h"

enum { ENTRIES = 26 };

int main(void) {
  const int file = temporary_file(O_RDWR | O_APPEND);
  char bytes[ENTRIES], found[ENTRIES + 1];
  struct aiocb blocks[ENTRIES];
  struct aiocb* list[ENTRIES];
  for (int i = 0; i < ENTRIES; ++i) {
    bytes[i] = (char)('a' + i);
    blocks[i] = request(file, &bytes[i], 1, 0);
    blocks[i].aio_lio_opcode = LIO_WRITE;
    list[i] = &blocks[i];
  }
  check_equal(lio_listio(LIO_WAIT, list, ENTRIES, NULL), 0, "what lio_listio returned");
  check_equal(pread(file, found, sizeof found, 0), ENTRIES, "the file's size");
  for (int i = 0; i < ENTRIES; ++i)
    check(memchr(found, bytes[i], ENTRIES) != NULL, "each byte is in the file");
  return 0;
}
