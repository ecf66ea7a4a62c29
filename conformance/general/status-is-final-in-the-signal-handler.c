/* SPDX-License-Identifier: MIT
 *
 * A completion's signal is sent when the operation is complete: its handler finds the final status
 * by aio_error() and aio_return(), which are async-signal-safe.
 *
 * Two hundred reads, each of which ends when this thread writes.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery; XSH 2.4.3 Signal Actions
 */
#include "notification.h"

enum { ROUNDS = 200 };

static volatile sig_atomic_t handled;
static volatile sig_atomic_t error_then;
static volatile sig_atomic_t returned_then;

static void look(int signo, siginfo_t* info, void* unused) {
  (void)signo, (void)unused;
  const int error = errno;
  struct aiocb* const block = info->si_value.sival_ptr;
  error_then = aio_error(block);
  returned_then = error_then == 0 ? (int)aio_return(block) : -2;
  handled += 1;
  errno = error;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  struct sigaction action = {.sa_flags = SA_SIGINFO};
  action.sa_sigaction = look;
  must(sigaction(SIGRTMIN, &action, NULL), "sigaction");
  sigset_t empty;
  sigemptyset(&empty);
  for (int i = 0; i < ROUNDS; ++i) {
    block_signal(SIGRTMIN);
    char buffer[1];
    struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
    block.aio_sigevent = by_signal(SIGRTMIN, 0);
    block.aio_sigevent.sigev_value.sival_ptr = &block;
    queued(aio_read(&block), "aio_read");
    break_silence(pipe);
    while (handled == i) sigsuspend(&empty);
    check_error(error_then, 0, "the error status in the handler");
    check_equal(returned_then, 1, "the return status in the handler");
  }
  return 0;
}
