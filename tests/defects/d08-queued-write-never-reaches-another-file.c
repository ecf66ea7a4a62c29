/* SPDX-License-Identifier: MIT
 *
 * D8: Nothing is done at close().
 *
 * A queued write lands in whatever file has got the number of the descriptor since.
 *
 * Accepted writes are carried out before the descriptor is closed.
 */
#include "defects.h"

int main(void) {
  static struct crowd crowd;
  char text[] = "meant for the first file";
  const int file = temporary_file(O_RDWR);
  const int twin = open_again(file, O_RDWR);
  const int other = temporary_file(O_RDWR);
  assemble(&crowd);
  struct aiocb writing = request(file, text, strlen(text), 0);
  queued(aio_write(&writing), "aio_write");
  must(close(file), "close");
  must(dup2(other, file), "dup2");
  let_go(&crowd);
  const int error = error_at_end(&writing);
  if (!has_content(other, "")) fail("the write is in the other file");
  check(has_content(twin, error == 0 ? text : ""), "what was written is in the first file");
  return 0;
}
