/* SPDX-License-Identifier: MIT
 *
 * It is a cancellation point: a thread that is suspended in it is woken by a cancellation request
 * and acts on it; the operation goes on.
 *
 * Whether the thread waits already when the request is made varies in a hundred rounds.
 *
 * POSIX.1-2017, XSH 2.9.5.2 Cancellation Points
 */
#include <semaphore.h>

#include "conformance.h"

enum { ROUNDS = 100 };

static sem_t begun;

static void* wait_for(void* block) {
  const struct aiocb* const list[] = {block};
  must(sem_post(&begun), "sem_post");
  aio_suspend(list, 1, NULL);
  return NULL;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  must(sem_init(&begun, 0, 0), "sem_init");
  for (int i = 0; i < ROUNDS; ++i) {
    pthread_t waiter;
    void* value;
    check(pthread_create(&waiter, NULL, wait_for, &block) == 0, "there is a thread");
    must(sem_wait(&begun), "sem_wait");
    check(pthread_cancel(waiter) == 0, "the cancellation can be requested");
    check(pthread_join(waiter, &value) == 0, "the thread has ended");
    check(value == PTHREAD_CANCELED, "the thread was cancelled");
  }
  check_error(aio_error(&block), EINPROGRESS, "the error status afterwards");
  break_silence(pipe);
  check_equal(success(&block), 1, "the return status in the end");
  return 0;
}
