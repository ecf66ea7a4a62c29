/* SPDX-License-Identifier: MIT
 *
 * Each thread that waits for an operation is woken when that completes.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION; XSH 2.9.1 Thread-Safety
 */
#include <semaphore.h>

#include "conformance.h"

enum { THREADS = 16 };

static sem_t begun;
static struct aiocb block;

static void* wait_for_it(void* unused) {
  const struct aiocb* const list[] = {&block};
  must(sem_post(&begun), "sem_post");
  check_equal(aio_suspend(list, 1, NULL), 0, "what aio_suspend returned");
  check_error(aio_error(&block), 0, "the error status");
  return unused;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  must(sem_init(&begun, 0, 0), "sem_init");
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; ++i)
    check(pthread_create(&threads[i], NULL, wait_for_it, NULL) == 0, "there is a thread");
  for (int i = 0; i < THREADS; ++i) must(sem_wait(&begun), "sem_wait");
  break_silence(pipe);
  for (int i = 0; i < THREADS; ++i) check(pthread_join(threads[i], NULL) == 0, "it has ended");
  check_equal(aio_return(&block), 1, "the return status");
  return 0;
}
