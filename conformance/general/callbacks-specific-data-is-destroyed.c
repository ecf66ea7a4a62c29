/* SPDX-License-Identifier: MIT
 *
 * The function is as if it were the start of a new thread: when it has returned, the thread ends,
 * and its specific data is destroyed.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery; pthread_key_create(), DESCRIPTION
 */
#include <semaphore.h>

#include "notification.h"

static pthread_key_t key;
static sem_t destroyed;

static void destroy(void* data) {
  check(data == &destroyed, "the data is what the function has set");
  must(sem_post(&destroyed), "sem_post");
}

static void set(union sigval value) {
  check(pthread_setspecific(key, value.sival_ptr) == 0, "there can be specific data");
}

int main(void) {
  static char bytes[] = "1";
  const int file = temporary_file(O_RDWR);
  check(pthread_key_create(&key, destroy) == 0, "there is a key");
  must(sem_init(&destroyed, 0, 0), "sem_init");
  struct aiocb block = request(file, bytes, 1, 0);
  block.aio_sigevent = by_thread(set, &destroyed);
  queued(aio_write(&block), "aio_write");
  must(sem_wait(&destroyed), "sem_wait");
  check_equal(success(&block), 1, "the return status");
  return 0;
}
