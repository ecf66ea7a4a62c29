/* SPDX-License-Identifier: MIT
 *
 * If an operation completes before the time has passed, it returns 0.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include <semaphore.h>
#include <time.h>

#include "conformance.h"

static sem_t begun;

static void* write_then(void* pipe) {
  must(sem_wait(&begun), "sem_wait");
  break_silence(*(const struct channel*)pipe);
  return NULL;
}

int main(void) {
  struct channel pipe = silent_pipe();
  must(sem_init(&begun, 0, 0), "sem_init");
  pthread_t writer;
  check(pthread_create(&writer, NULL, write_then, &pipe) == 0, "there is a thread");
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  const struct aiocb* const list[] = {&block};
  const struct timespec an_hour = {.tv_sec = 3600};
  must(sem_post(&begun), "sem_post");
  check_equal(aio_suspend(list, 1, &an_hour), 0, "what aio_suspend returned");
  check_equal(success(&block), 1, "the return status");
  check(pthread_join(writer, NULL) == 0, "the thread has ended");
  return 0;
}
