/* SPDX-License-Identifier: MIT
 *
 * If a cancellation request is pending when it is called, the thread acts on it before the call
 * returns.
 *
 * POSIX.1-2017, XSH 2.9.5.2 Cancellation Points
 */
#include "conformance.h"

static void* wait_for(void* block) {
  const struct aiocb* const list[] = {block};
  check(pthread_cancel(pthread_self()) == 0, "the cancellation can be requested");
  aio_suspend(list, 1, NULL);
  return NULL;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  pthread_t waiter;
  void* value;
  check(pthread_create(&waiter, NULL, wait_for, &block) == 0, "there is a thread");
  check(pthread_join(waiter, &value) == 0, "the thread has ended");
  check(value == PTHREAD_CANCELED, "the thread was cancelled");
  return 0;
}
