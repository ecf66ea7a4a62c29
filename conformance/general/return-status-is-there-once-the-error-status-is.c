/* SPDX-License-Identifier: MIT
 *
 * When the error status is not EINPROGRESS any more, the return status is that of the operation,
 * for whichever thread.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include <semaphore.h>

#include "conformance.h"

enum { ROUNDS = 300 };

static struct aiocb block;
static sem_t submitted, looked;

static void* look(void* unused) {
  for (int i = 0; i < ROUNDS; ++i) {
    must(sem_wait(&submitted), "sem_wait");
    while (aio_error(&block) == EINPROGRESS) continue;
    check_equal(aio_return(&block), 1 + i % 3, "the return status that another thread sees");
    must(sem_post(&looked), "sem_post");
  }
  return unused;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  static char buffer[8];
  must(sem_init(&submitted, 0, 0), "sem_init");
  must(sem_init(&looked, 0, 0), "sem_init");
  pthread_t other;
  check(pthread_create(&other, NULL, look, NULL) == 0, "there is a thread");
  for (int i = 0; i < ROUNDS; ++i) {
    block = request(pipe.reader, buffer, sizeof buffer, 0);
    queued(aio_read(&block), "aio_read");
    must(sem_post(&submitted), "sem_post");
    check_equal(write(pipe.writer, "abc", (size_t)(1 + i % 3)), 1 + i % 3, "what write returned");
    must(sem_wait(&looked), "sem_wait");
  }
  check(pthread_join(other, NULL) == 0, "the thread has ended");
  return 0;
}
