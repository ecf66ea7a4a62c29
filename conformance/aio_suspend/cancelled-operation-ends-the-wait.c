/* SPDX-License-Identifier: MIT
 *
 * A thread that waits for an operation is woken when that is cancelled, and the value is 0.
 *
 * The cancelled read has another one before it on the pipe. Whether the thread waits already when
 * it is cancelled varies in a hundred rounds.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include <semaphore.h>

#include "conformance.h"

enum { ROUNDS = 100 };

static sem_t begun;
static int value;

static void* wait_for(void* block) {
  const struct aiocb* const list[] = {block};
  must(sem_post(&begun), "sem_post");
  value = aio_suspend(list, 1, NULL);
  return NULL;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb first;
  static char buffers[2];
  must(sem_init(&begun, 0, 0), "sem_init");
  first = request(pipe.reader, &buffers[0], 1, 0);
  queued(aio_read(&first), "aio_read");
  for (int i = 0; i < ROUNDS; ++i) {
    struct aiocb block = request(pipe.reader, &buffers[1], 1, 0);
    queued(aio_read(&block), "aio_read");
    pthread_t waiter;
    check(pthread_create(&waiter, NULL, wait_for, &block) == 0, "there is a thread");
    must(sem_wait(&begun), "sem_wait");
    if (aio_cancel(pipe.reader, &block) != AIO_CANCELED)
      skip("no queued read can be cancelled here");
    check(pthread_join(waiter, NULL) == 0, "the thread has ended");
    check_equal(value, 0, "what aio_suspend returned");
    check_error(aio_error(&block), ECANCELED, "the error status");
  }
  return 0;
}
