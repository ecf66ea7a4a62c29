/* SPDX-License-Identifier: MIT
 *
 * It waits for whichever of the listed operations is complete first: each place in the list will
 * do.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include <semaphore.h>

#include "conformance.h"

enum { ENTRIES = 8 };

static struct channel pipes[ENTRIES];
static sem_t begun;

static void* break_one_after_the_other(void* unused) {
  for (int i = 0; i < ENTRIES; ++i) {
    must(sem_wait(&begun), "sem_wait");
    break_silence(pipes[i]);
  }
  return unused;
}

int main(void) {
  static struct aiocb blocks[ENTRIES];
  static char buffers[ENTRIES];
  const struct aiocb* list[ENTRIES];
  must(sem_init(&begun, 0, 0), "sem_init");
  for (int i = 0; i < ENTRIES; ++i) {
    pipes[i] = silent_pipe();
    blocks[i] = request(pipes[i].reader, &buffers[i], 1, 0);
    list[i] = &blocks[i];
    queued(aio_read(&blocks[i]), "aio_read");
  }
  pthread_t writer;
  check(pthread_create(&writer, NULL, break_one_after_the_other, NULL) == 0, "there is a thread");
  for (int i = 0; i < ENTRIES; ++i) {
    must(sem_post(&begun), "sem_post");
    check_equal(aio_suspend(list, ENTRIES, NULL), 0, "what aio_suspend returned");
    for (int k = 0; k < ENTRIES; ++k)
      if (k >= i) check_error(aio_error(&blocks[k]), k == i ? 0 : EINPROGRESS, "an error status");
    list[i] = NULL;
  }
  check(pthread_join(writer, NULL) == 0, "the thread has ended");
  return 0;
}
