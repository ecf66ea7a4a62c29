/* SPDX-License-Identifier: MIT
 *
 * Each call of the function is as if in a thread of its own: calls that wait for each other all go
 * on.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery
 */
#include <semaphore.h>

#include "notification.h"

enum { CALLS = 32 };

static pthread_barrier_t all;
static sem_t over;

static void wait_for_all(union sigval value) {
  (void)value;
  pthread_barrier_wait(&all);
  must(sem_post(&over), "sem_post");
}

int main(void) {
  static struct aiocb blocks[CALLS];
  char bytes[CALLS] = "";
  const int file = temporary_file(O_RDWR);
  must(sem_init(&over, 0, 0), "sem_init");
  check(pthread_barrier_init(&all, NULL, CALLS) == 0, "there is a barrier");
  for (int i = 0; i < CALLS; ++i) {
    blocks[i] = request(file, &bytes[i], 1, i);
    blocks[i].aio_sigevent = by_thread(wait_for_all, NULL);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  for (int i = 0; i < CALLS; ++i) must(sem_wait(&over), "sem_wait");
  return 0;
}
