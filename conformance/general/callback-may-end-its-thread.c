/* SPDX-License-Identifier: MIT
 *
 * The function is as if it were the start of a thread: it may end that by pthread_exit() or be
 * cancelled, and the next is called all the same.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery
 */
#include <semaphore.h>

#include "notification.h"

static sem_t called;

static void end(union sigval value) {
  must(sem_post(&called), "sem_post");
  if (value.sival_ptr == NULL) pthread_exit(NULL);
  pthread_cancel(pthread_self());
  pthread_testcancel();
  fail("the thread goes on after it was cancelled");
}

int main(void) {
  static struct aiocb blocks[20];
  static char bytes[] = "1";
  const int file = temporary_file(O_RDWR);
  must(sem_init(&called, 0, 0), "sem_init");
  for (int i = 0; i < 20; ++i) {
    blocks[i] = request(file, bytes, 1, i);
    blocks[i].aio_sigevent = by_thread(end, i % 2 == 0 ? NULL : bytes);
    queued(aio_write(&blocks[i]), "aio_write");
    must(sem_wait(&called), "sem_wait");
    check_equal(success(&blocks[i]), 1, "a return status");
  }
  return 0;
}
