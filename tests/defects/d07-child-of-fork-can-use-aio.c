/* SPDX-License-Identifier: MIT
 *
 * D7: Nothing is done at fork().
 *
 * The child believes in threads that it does not have: its requests are never served.
 *
 * A child starts empty, and works.
 */
#include "defects.h"

int main(void) {
  static struct crowd crowd;
  char byte;
  const int file = temporary_file(O_RDWR);
  set_content(file, "x");
  assemble(&crowd);
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    struct aiocb reading = request(file, &byte, 1, 0);
    queued(aio_read(&reading), "aio_read");
    check_equal(success(&reading), 1, "the return status in the child");
    _exit(0);
  }
  wait_for(child);
  let_go(&crowd);
  return 0;
}
