/* SPDX-License-Identifier: MIT
 *
 * With LIO_NOWAIT the function of sig is called when all the operations of the list are complete,
 * with its value.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include <semaphore.h>

#include "notification.h"

enum { ENTRIES = 3 };

static sem_t called;
static int completed_then;

static void count_complete(union sigval value) {
  struct aiocb* const blocks = value.sival_ptr;
  for (int i = 0; i < ENTRIES; ++i) completed_then += aio_error(&blocks[i]) == 0;
  must(sem_post(&called), "sem_post");
}

int main(void) {
  struct channel pipes[ENTRIES];
  struct aiocb blocks[ENTRIES];
  struct aiocb* list[ENTRIES];
  char buffers[ENTRIES];
  must(sem_init(&called, 0, 0), "sem_init");
  for (int i = 0; i < ENTRIES; ++i) {
    pipes[i] = silent_pipe();
    blocks[i] = request(pipes[i].reader, &buffers[i], 1, 0);
    blocks[i].aio_lio_opcode = LIO_READ;
    list[i] = &blocks[i];
  }
  struct sigevent event = by_thread(count_complete, blocks);
  queued(lio_listio(LIO_NOWAIT, list, ENTRIES, &event), "lio_listio");
  for (int i = 0; i < ENTRIES; ++i) break_silence(pipes[i]);
  must(sem_wait(&called), "sem_wait");
  check_equal(completed_then, ENTRIES, "the number of complete operations that the function saw");
  return 0;
}
