/* SPDX-License-Identifier: MIT
 *
 * D6: aio_error() and aio_suspend() take a mutex.
 *
 * A handler that waits with aio_suspend(), which POSIX allows, deadlocks where it has interrupted
 * one of these calls (sourceware bug 13172).
 *
 * Neither takes a lock.
 */
#include <semaphore.h>
#include <stdatomic.h>

#include "defects.h"

enum { ROUNDS = 1000 };

static struct aiocb reading;
static sem_t handled;
static atomic_int is_over;

static void wait_in_handler(int signo) {
  (void)signo;
  const struct aiocb* const list[] = {&reading};
  while (aio_error(&reading) == EINPROGRESS) aio_suspend(list, 1, NULL);
  sem_post(&handled);
}

static void* interrupt(void* main_thread) {
  const struct channel pipe = silent_pipe();
  char byte;
  for (int i = 0; i < ROUNDS; ++i) {
    reading = request(pipe.reader, &byte, 1, 0);
    queued(aio_read(&reading), "aio_read");
    check(pthread_kill(*(pthread_t*)main_thread, SIGUSR1) == 0, "a signal can be sent");
    break_silence(pipe);
    while (sem_wait(&handled) != 0) continue;
    check_equal(aio_return(&reading), 1, "the return status");
  }
  is_over = 1;
  return NULL;
}

int main(void) {
  must(sem_init(&handled, 0, 0), "sem_init");
  struct sigaction action = {.sa_handler = wait_in_handler};
  must(sigaction(SIGUSR1, &action, NULL), "sigaction");
  struct aiocb never_queued = request(-1, NULL, 0, 0);
  pthread_t self = pthread_self(), thread;
  check(pthread_create(&thread, NULL, interrupt, &self) == 0, "a thread can be had");
  while (!is_over) aio_error(&never_queued);
  check(pthread_join(thread, NULL) == 0, "the thread ends");
  return 0;
}
