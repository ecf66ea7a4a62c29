/* SPDX-License-Identifier: MIT
 *
 * A thread that is cancelled in it runs its cleanup handlers, in which these calls can be used like
 * anywhere else.
 *
 * POSIX.1-2017, XSH 2.9.5.3 Thread Cancellation Cleanup Handlers
 */
#include <semaphore.h>
#include <time.h>

#include "conformance.h"

static sem_t begun;
static int error_in_handler = -1;
static int suspend_in_handler;

static void clean_up(void* block) {
  const struct aiocb* const list[] = {block};
  const struct timespec no_time = {.tv_sec = 0};
  error_in_handler = aio_error(block);
  suspend_in_handler = aio_suspend(list, 1, &no_time) == -1 ? errno : 0;
}

static void* wait_for(void* block) {
  const struct aiocb* const list[] = {block};
  pthread_cleanup_push(clean_up, block);
  must(sem_post(&begun), "sem_post");
  aio_suspend(list, 1, NULL);
  pthread_cleanup_pop(0);
  return NULL;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  must(sem_init(&begun, 0, 0), "sem_init");
  pthread_t waiter;
  check(pthread_create(&waiter, NULL, wait_for, &block) == 0, "there is a thread");
  must(sem_wait(&begun), "sem_wait");
  check(pthread_cancel(waiter) == 0, "the cancellation can be requested");
  check(pthread_join(waiter, NULL) == 0, "the thread has ended");
  check_error(error_in_handler, EINPROGRESS, "the error status in the handler");
  check_error(suspend_in_handler, EAGAIN, "what aio_suspend said in the handler");
  return 0;
}
