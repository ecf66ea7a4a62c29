/* SPDX-License-Identifier: MIT
 *
 * aio_return() is async-signal-safe: a handler may call it, whatever it has interrupted.
 *
 * The handler interrupts calls of malloc() and aio_write(), and retrieves one status each time.
 *
 * POSIX.1-2017, XSH 2.4.3 Signal Actions
 */
#include "interruption.h"

enum { INTERRUPTIONS = 1000 };

static struct aiocb complete[INTERRUPTIONS];
static volatile sig_atomic_t interruptions;
static volatile sig_atomic_t wrong;

static void retrieve(int signo) {
  if (signo != SIGALRM || interruptions == INTERRUPTIONS) return;
  const int error = errno;
  if (aio_return(&complete[interruptions]) != 1) wrong = 1;
  interruptions += 1;
  errno = error;
}

int main(void) {
  static char bytes[] = "1";
  const int file = temporary_file(O_RDWR);
  for (int i = 0; i < INTERRUPTIONS; ++i) {
    complete[i] = request(file, bytes, 1, i);
    queued(aio_write(&complete[i]), "aio_write");
    check_error(error_at_end(&complete[i]), 0, "an error status");
  }
  const timer_t timer = interrupt_every(200000, retrieve, 0);
  while (interruptions < INTERRUPTIONS) {
    struct aiocb block = request(file, bytes, 1, 0);
    queued(aio_write(&block), "aio_write");
    check_equal(success(&block), 1, "the return status of an interrupted write");
    char* volatile memory = malloc(100);
    free(memory);
  }
  stop_interruption(timer);
  check(!wrong, "each return status is right in the handler");
  return 0;
}
