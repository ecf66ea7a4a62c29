/* SPDX-License-Identifier: MIT
 *
 * Each element is read or written as its aio_lio_opcode says, on its own descriptor, at its own
 * offset.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int source = temporary_file(O_RDWR);
  const int target = temporary_file(O_RDWR);
  const struct channel pipe = silent_pipe();
  set_content(source, "0123456789");
  set_content(target, "..........");
  char in[3] = "", other[2] = "", out[] = "ab", to_pipe[] = "c";
  struct aiocb blocks[] = {request(source, in, 3, 2), request(target, out, 2, 4),
                           request(source, other, 2, 8), request(pipe.writer, to_pipe, 1, 0)};
  const int opcodes[] = {LIO_READ, LIO_WRITE, LIO_READ, LIO_WRITE};
  const ssize_t counts[] = {3, 2, 2, 1};
  struct aiocb* list[4];
  for (int i = 0; i < 4; ++i) {
    blocks[i].aio_lio_opcode = opcodes[i];
    list[i] = &blocks[i];
  }
  check_equal(lio_listio(LIO_WAIT, list, 4, NULL), 0, "what lio_listio returned");
  for (int i = 0; i < 4; ++i) check_equal(success(&blocks[i]), counts[i], "a return status");
  check(memcmp(in, "234", 3) == 0 && memcmp(other, "89", 2) == 0, "the reads have their bytes");
  check(has_content(target, "....ab...."), "the write is in its place");
  char byte;
  check(read(pipe.reader, &byte, 1) == 1 && byte == 'c', "the byte is in the pipe");
  return 0;
}
