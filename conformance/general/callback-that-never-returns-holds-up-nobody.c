/* SPDX-License-Identifier: MIT
 *
 * Each call of the function is as if in a thread of its own: one that does not return keeps neither
 * other requests nor their notifications.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery
 */
#include <semaphore.h>

#include "notification.h"

static sem_t called;
static sem_t never;

static void stay(union sigval value) {
  (void)value;
  must(sem_post(&called), "sem_post");
  for (;;) sem_wait(&never);
}

static void note(union sigval value) {
  (void)value;
  must(sem_post(&called), "sem_post");
}

int main(void) {
  static struct aiocb blocks[40];
  static char bytes[] = "1";
  const int file = temporary_file(O_RDWR);
  must(sem_init(&called, 0, 0), "sem_init");
  must(sem_init(&never, 0, 0), "sem_init");
  for (int i = 0; i < 40; ++i) {
    blocks[i] = request(file, bytes, 1, i);
    blocks[i].aio_sigevent = by_thread(i < 39 ? stay : note, NULL);
    queued(aio_write(&blocks[i]), "aio_write");
    must(sem_wait(&called), "sem_wait");
    check_equal(success(&blocks[i]), 1, "a return status");
  }
  return 0;
}
