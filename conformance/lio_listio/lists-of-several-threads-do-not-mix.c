/* SPDX-License-Identifier: MIT
 *
 * Threads may call it at the same time; each waits for its own list.
 *
 * POSIX.1-2017, XSH 2.9.1 Thread-Safety
 */
#include "conformance.h"

enum { THREADS = 8, ROUNDS = 50, ENTRIES = 10 };

static void* write_lists(void* number) {
  const int file = temporary_file(O_RDWR);
  const char letter = (char)('a' + *(const int*)number);
  for (int round = 0; round < ROUNDS; ++round) {
    char bytes[ENTRIES], found[ENTRIES];
    struct aiocb blocks[ENTRIES];
    struct aiocb* list[ENTRIES];
    memset(bytes, letter + round % 3, sizeof bytes);
    for (int i = 0; i < ENTRIES; ++i) {
      blocks[i] = request(file, &bytes[i], 1, i);
      blocks[i].aio_lio_opcode = LIO_WRITE;
      list[i] = &blocks[i];
    }
    check_equal(lio_listio(LIO_WAIT, list, ENTRIES, NULL), 0, "what lio_listio returned");
    for (int i = 0; i < ENTRIES; ++i) check_equal(aio_return(&blocks[i]), 1, "a return status");
    check_equal(pread(file, found, sizeof found, 0), ENTRIES, "the file's size");
    check(memcmp(found, bytes, sizeof bytes) == 0, "the list's bytes are written");
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  int numbers[THREADS];
  for (int i = 0; i < THREADS; ++i) {
    numbers[i] = i;
    check(pthread_create(&threads[i], NULL, write_lists, &numbers[i]) == 0, "there is a thread");
  }
  for (int i = 0; i < THREADS; ++i) check(pthread_join(threads[i], NULL) == 0, "it has ended");
  return 0;
}
