/* SPDX-License-Identifier: MIT
 *
 * With SIGEV_THREAD the function is called with the value that was given, as if it were the start
 * of a new thread.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery
 */
#include <semaphore.h>

#include "notification.h"

static sem_t called;
static void* value_then;
static pthread_t thread_then;

static void note(union sigval value) {
  value_then = value.sival_ptr;
  thread_then = pthread_self();
  must(sem_post(&called), "sem_post");
}

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  must(sem_init(&called, 0, 0), "sem_init");
  struct aiocb block = request(file, bytes, 1, 0);
  block.aio_sigevent = by_thread(note, bytes);
  queued(aio_write(&block), "aio_write");
  must(sem_wait(&called), "sem_wait");
  check(value_then == bytes, "the value is the one that was given");
  check(!pthread_equal(thread_then, pthread_self()), "the thread is another one");
  check_equal(success(&block), 1, "the return status");
  return 0;
}
