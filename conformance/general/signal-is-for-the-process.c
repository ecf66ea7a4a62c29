/* SPDX-License-Identifier: MIT
 *
 * The signal is generated for the process: any of its threads may accept it, and not only the one
 * that has submitted the request.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery
 */
#include "notification.h"

static void* accept(void* unused) {
  check_equal(receive(SIGRTMIN).si_value.sival_int, 4711, "the signal's value");
  return unused;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  block.aio_sigevent = by_signal(SIGRTMIN, 4711);
  block_signal(SIGRTMIN);
  queued(aio_read(&block), "aio_read");
  pthread_t acceptor;
  check(pthread_create(&acceptor, NULL, accept, NULL) == 0, "there is a thread");
  break_silence(pipe);
  check(pthread_join(acceptor, NULL) == 0, "the thread has ended");
  check_equal(success(&block), 1, "the return status");
  return 0;
}
