/* SPDX-License-Identifier: MIT
 *
 * Operations that are outstanding at exec are cancelled, or complete as if it had not yet occurred;
 * their signals are suppressed.
 *
 * The signal is blocked, which the new image inherits. It writes what the old one's read is waiting
 * for.
 *
 * POSIX.1-2017, exec, DESCRIPTION
 */
#include "notification.h"

static void new_image(int writer) {
  must((int)write(writer, "!", 1), "write");
  check(!comes(SIGRTMIN), "no signal comes in the new image");
}

int main(int argc, char* argv[]) {
  if (argc == 2) {
    new_image(atoi(argv[1]));
    return 0;
  }
  const struct channel pipe = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  block.aio_sigevent = by_signal(SIGRTMIN, 1);
  block_signal(SIGRTMIN);
  queued(aio_read(&block), "aio_read");
  char writer[16];
  snprintf(writer, sizeof writer, "%d", pipe.writer);
  execl(argv[0], argv[0], writer, (char*)NULL);
  fail("cannot prepare: execl: %s", strerror(errno));
}
