/* SPDX-License-Identifier: MIT
 *
 * With LIO_WAIT it waits until all the I/O is complete.
 *
 * Another thread writes what is read, one byte after the other, a hundred times.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include <semaphore.h>

#include "conformance.h"

enum { ROUNDS = 100, ENTRIES = 3 };

static struct channel pipes[ENTRIES];
static sem_t begun;

static void* break_silences(void* unused) {
  for (int i = 0; i < ROUNDS; ++i) {
    must(sem_wait(&begun), "sem_wait");
    for (int k = 0; k < ENTRIES; ++k) break_silence(pipes[(i + k) % ENTRIES]);
  }
  return unused;
}

int main(void) {
  must(sem_init(&begun, 0, 0), "sem_init");
  for (int k = 0; k < ENTRIES; ++k) pipes[k] = silent_pipe();
  pthread_t writer;
  check(pthread_create(&writer, NULL, break_silences, NULL) == 0, "there is a thread");
  for (int i = 0; i < ROUNDS; ++i) {
    struct aiocb blocks[ENTRIES];
    struct aiocb* list[ENTRIES];
    char buffers[ENTRIES];
    for (int k = 0; k < ENTRIES; ++k) {
      blocks[k] = request(pipes[k].reader, &buffers[k], 1, 0);
      blocks[k].aio_lio_opcode = LIO_READ;
      list[k] = &blocks[k];
    }
    must(sem_post(&begun), "sem_post");
    check_equal(lio_listio(LIO_WAIT, list, ENTRIES, NULL), 0, "what lio_listio returned");
    for (int k = 0; k < ENTRIES; ++k) {
      check_error(aio_error(&blocks[k]), 0, "an error status");
      check_equal(aio_return(&blocks[k]), 1, "a return status");
    }
  }
  check(pthread_join(writer, NULL) == 0, "the thread has ended");
  return 0;
}
