/* SPDX-License-Identifier: MIT
 *
 * Each call of the function is as if in a new thread, which has no thread-specific data.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery; pthread_key_create(), DESCRIPTION
 */
#include <semaphore.h>

#include "notification.h"

static pthread_key_t key;
static sem_t called;
static void* found;

static void look_and_set(union sigval value) {
  found = pthread_getspecific(key);
  check(pthread_setspecific(key, value.sival_ptr) == 0, "there can be specific data");
  must(sem_post(&called), "sem_post");
}

int main(void) {
  static char bytes[] = "1";
  const int file = temporary_file(O_RDWR);
  check(pthread_key_create(&key, NULL) == 0, "there is a key");
  must(sem_init(&called, 0, 0), "sem_init");
  for (int i = 0; i < 20; ++i) {
    struct aiocb block = request(file, bytes, 1, 0);
    block.aio_sigevent = by_thread(look_and_set, bytes);
    queued(aio_write(&block), "aio_write");
    must(sem_wait(&called), "sem_wait");
    check(found == NULL, "there is no data of an earlier call");
    check_equal(success(&block), 1, "the return status");
  }
  return 0;
}
