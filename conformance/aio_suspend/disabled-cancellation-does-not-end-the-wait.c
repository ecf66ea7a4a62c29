/* SPDX-License-Identifier: MIT
 *
 * While a thread's cancelability is disabled, a cancellation request stays pending, and the wait
 * goes on.
 *
 * POSIX.1-2017, XSH 2.9.5.1 Cancelability States
 */
#include "conformance.h"

static struct channel silent;

static void* wait_for(void* block) {
  const struct aiocb* const list[] = {block};
  int state;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  pthread_cancel(pthread_self());
  break_silence(silent);
  const int result = aio_suspend(list, 1, NULL);
  return result == 0 && aio_error(block) == 0 ? block : NULL;
}

int main(void) {
  silent = silent_pipe();
  char buffer[1];
  struct aiocb block = request(silent.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  pthread_t waiter;
  void* value;
  check(pthread_create(&waiter, NULL, wait_for, &block) == 0, "there is a thread");
  check(pthread_join(waiter, &value) == 0, "the thread has ended");
  check(value == &block, "aio_suspend returned 0 once the operation was complete");
  check_equal(aio_return(&block), 1, "the return status");
  return 0;
}
