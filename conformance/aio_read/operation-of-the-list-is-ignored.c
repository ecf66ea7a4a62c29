/* SPDX-License-Identifier: MIT
 *
 * aio_lio_opcode is ignored: whatever it says, this is a read.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION
 */
#include "conformance.h"

int main(void) {
  const int opcodes[] = {LIO_READ, LIO_WRITE, LIO_NOP, 12345, -1};
  for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; ++i) {
    const int file = temporary_file(O_RDWR);
    set_content(file, "file");
    char buffer[5] = "mine";
    struct aiocb block = request(file, buffer, 4, 0);
    block.aio_lio_opcode = opcodes[i];
    queued(aio_read(&block), "aio_read");
    check_equal(success(&block), 4, "the return status");
    check(strcmp(buffer, "file") == 0, "it is a read");
  }
  return 0;
}
