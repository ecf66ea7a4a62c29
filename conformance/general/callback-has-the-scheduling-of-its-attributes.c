/* SPDX-License-Identifier: MIT
 *
 * The function runs as if in a new thread with the attributes that were given: with their
 * scheduling policy and priority.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery
 */
#include <sched.h>
#include <semaphore.h>

#include "notification.h"

static sem_t called;
static int policy_then;
static struct sched_param priority_then;

static void note(union sigval value) {
  (void)value;
  pthread_getschedparam(pthread_self(), &policy_then, &priority_then);
  must(sem_post(&called), "sem_post");
}

static void* nothing(void* unused) { return unused; }

int main(void) {
  const struct sched_param priority = {.sched_priority = sched_get_priority_min(SCHED_FIFO) + 1};
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  must(sem_init(&called, 0, 0), "sem_init");
  pthread_attr_t attributes;
  check(pthread_attr_init(&attributes) == 0, "there are attributes");
  check(pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED) == 0 &&
            pthread_attr_setschedpolicy(&attributes, SCHED_FIFO) == 0 &&
            pthread_attr_setschedparam(&attributes, &priority) == 0,
        "they have a policy and a priority");
  pthread_t thread;
  if (pthread_create(&thread, &attributes, nothing, NULL) != 0)
    skip("no thread may have a realtime policy here");
  check(pthread_join(thread, NULL) == 0, "the thread has ended");

  check(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0, "for detached");
  struct aiocb block = request(file, bytes, 1, 0);
  block.aio_sigevent = by_thread(note, NULL);
  block.aio_sigevent.sigev_notify_attributes = &attributes;
  queued(aio_write(&block), "aio_write");
  must(sem_wait(&called), "sem_wait");
  check_equal(policy_then, SCHED_FIFO, "the thread's policy");
  check_equal(priority_then.sched_priority, priority.sched_priority, "the thread's priority");
  check_equal(success(&block), 1, "the return status");
  return 0;
}
