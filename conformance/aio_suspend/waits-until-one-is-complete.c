/* SPDX-License-Identifier: MIT
 *
 * The thread is suspended until one of the listed operations is complete.
 *
 * Another thread writes what is read, a hundred times, sometimes before and sometimes after this
 * one has begun to wait. When the call has returned, the operation is complete.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include <semaphore.h>

#include "conformance.h"

enum { ROUNDS = 100 };

static sem_t begun;

static void* break_silence_each_time(void* pipe) {
  for (int i = 0; i < ROUNDS; ++i) {
    must(sem_wait(&begun), "sem_wait");
    break_silence(*(const struct channel*)pipe);
  }
  return NULL;
}

int main(void) {
  struct channel pipe = silent_pipe();
  must(sem_init(&begun, 0, 0), "sem_init");
  pthread_t writer;
  check(pthread_create(&writer, NULL, break_silence_each_time, &pipe) == 0, "there is a thread");
  for (int i = 0; i < ROUNDS; ++i) {
    char buffer[1];
    struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
    queued(aio_read(&block), "aio_read");
    const struct aiocb* const list[] = {&block};
    must(sem_post(&begun), "sem_post");
    check_equal(aio_suspend(list, 1, NULL), 0, "what aio_suspend returned");
    check_error(aio_error(&block), 0, "the error status afterwards");
    check_equal(aio_return(&block), 1, "the return status");
  }
  check(pthread_join(writer, NULL) == 0, "the thread has ended");
  return 0;
}
