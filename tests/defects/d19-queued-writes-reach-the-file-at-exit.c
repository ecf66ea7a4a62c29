/* SPDX-License-Identifier: MIT
 *
 * D19: Queued writes are dropped at exit().
 *
 * Data that aio_write() accepted never reach the file.
 *
 * They are written first.
 */
#include "defects.h"

int main(void) {
  static struct crowd crowd;
  char text[] = "accepted";
  const int file = temporary_file(O_RDWR);
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    assemble(&crowd);
    struct aiocb writing = request(file, text, strlen(text), 0);
    queued(aio_write(&writing), "aio_write");
    exit(0);
  }
  wait_for(child);
  if (!has_content(file, text)) fail("what was accepted is not in the file");
  return 0;
}
