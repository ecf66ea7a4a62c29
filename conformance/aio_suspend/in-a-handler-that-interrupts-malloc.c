/* SPDX-License-Identifier: MIT
 *
 * It is async-signal-safe: a handler may call it, also when it has interrupted a function that is
 * not.
 *
 * POSIX.1-2017, XSH 2.4.3 Signal Actions
 */
#include "interruption.h"

enum { ENTRIES = 64, INTERRUPTIONS = 500 };

static struct aiocb blocks[ENTRIES];
static const struct aiocb* list[ENTRIES];
static volatile sig_atomic_t interruptions;
static volatile sig_atomic_t wrong;

static void suspend_in_handler(int signo) {
  const int error = errno;
  const struct timespec a_moment = {.tv_nsec = 1000};
  if (aio_suspend(list, ENTRIES, &a_moment) != -1 || errno != EAGAIN) wrong = 1;
  interruptions += signo == SIGALRM;
  errno = error;
}

int main(void) {
  static char buffers[ENTRIES];
  const struct channel pipe = silent_pipe();
  for (int i = 0; i < ENTRIES; ++i) {
    list[i] = &blocks[i];
    blocks[i] = request(pipe.reader, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  const timer_t timer = interrupt_every(1000000, suspend_in_handler, 0);
  for (size_t size = 1; interruptions < INTERRUPTIONS; size = size % 100000 + 37) {
    char* volatile memory = malloc(size);
    check(memory != NULL, "there is memory");
    memory[0] = 1;
    free(memory);
  }
  stop_interruption(timer);
  check(!wrong, "aio_suspend says EAGAIN in the handler");
  return 0;
}
