/* SPDX-License-Identifier: MIT
 *
 * It is async-signal-safe: a handler may call it, whatever call of this kind it has interrupted.
 *
 * The handler interrupts aio_error(), which is called without a break, three thousand times.
 *
 * POSIX.1-2017, XSH 2.4.3 Signal Actions
 */
#include "interruption.h"

enum { ENTRIES = 8, INTERRUPTIONS = 3000 };

static struct aiocb blocks[ENTRIES];
static const struct aiocb* list[ENTRIES];
static struct aiocb complete;
static volatile sig_atomic_t interruptions;
static volatile sig_atomic_t wrong;

static void suspend_in_handler(int signo) {
  const int error = errno;
  const struct timespec no_time = {.tv_sec = 0};
  const struct aiocb* const done[] = {&complete};
  if (aio_suspend(done, 1, NULL) != 0) wrong = 1;
  if (aio_suspend(list, ENTRIES, &no_time) != -1 || errno != EAGAIN) wrong = 1;
  interruptions += signo == SIGALRM;
  errno = error;
}

int main(void) {
  static char buffers[ENTRIES];
  const struct channel pipe = silent_pipe();
  const struct channel loud = silent_pipe();
  for (int i = 0; i < ENTRIES; ++i) {
    list[i] = &blocks[i];
    blocks[i] = request(pipe.reader, &buffers[i], 1, 0);
    queued(aio_read(&blocks[i]), "aio_read");
  }
  static char byte[1];
  break_silence(loud);
  complete = request(loud.reader, byte, sizeof byte, 0);
  queued(aio_read(&complete), "aio_read");
  check_error(error_at_end(&complete), 0, "the error status");

  const timer_t timer = interrupt_every(100000, suspend_in_handler, 0);
  while (interruptions < INTERRUPTIONS)
    check_error(aio_error(&blocks[0]), EINPROGRESS, "the error status");
  stop_interruption(timer);
  check(!wrong, "aio_suspend says the same in the handler");
  return 0;
}
