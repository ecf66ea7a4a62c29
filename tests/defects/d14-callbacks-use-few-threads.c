/* SPDX-License-Identifier: MIT
 *
 * D14: A new thread for every callback.
 *
 * A completion that is told of by SIGEV_THREAD costs three times what it need.
 *
 * Callbacks without attributes of their own run on cached threads.
 *
 * A thousand callbacks, one after the other, and the threads that they were in.
 */
#include <semaphore.h>

#include "defects.h"

enum { CALLBACKS = 1000, FEW = 100 };

static sem_t told;
static pid_t threads[CALLBACKS];

static void note(union sigval value) {
  threads[value.sival_int] = gettid();
  sem_post(&told);
}

static int ascending(const void* left, const void* right) {
  return *(const pid_t*)left - *(const pid_t*)right;
}

int main(void) {
  char byte;
  const int file = temporary_file(O_RDWR);
  set_content(file, "x");
  must(sem_init(&told, 0, 0), "sem_init");
  for (int i = 0; i < CALLBACKS; ++i) {
    struct aiocb reading = request(file, &byte, 1, 0);
    reading.aio_sigevent.sigev_notify = SIGEV_THREAD;
    reading.aio_sigevent.sigev_notify_function = note;
    reading.aio_sigevent.sigev_value.sival_int = i;
    queued(aio_read(&reading), "aio_read");
    while (sem_wait(&told) != 0) continue;
    check_equal(success(&reading), 1, "the return status");
  }
  qsort(threads, CALLBACKS, sizeof *threads, ascending);
  int different = 1;
  for (int i = 1; i < CALLBACKS; ++i) different += threads[i] != threads[i - 1];
  if (different > FEW) fail("%d callbacks in %d threads", CALLBACKS, different);
  return 0;
}
