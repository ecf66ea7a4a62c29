/* SPDX-License-Identifier: MIT
 *
 * The calls are thread-safe: threads submit and wait for requests on one descriptor at the same
 * time.
 *
 * POSIX.1-2017, XSH 2.9.1 Thread-Safety
 */
#include "conformance.h"

enum { THREADS = 8, ROUNDS = 300, SIZE = 16 };

static int file;

static void* use(void* number) {
  const int thread = *(const int*)number;
  for (int i = 0; i < ROUNDS; ++i) {
    char out[SIZE], in[SIZE];
    memset(out, 'a' + (thread + i) % 26, SIZE);
    struct aiocb block = request(file, out, SIZE, (off_t)thread * SIZE);
    queued(aio_write(&block), "aio_write");
    check_equal(success(&block), SIZE, "the return status of a write");
    block = request(file, in, SIZE, (off_t)thread * SIZE);
    queued(aio_read(&block), "aio_read");
    check_equal(success(&block), SIZE, "the return status of a read");
    check(memcmp(in, out, SIZE) == 0, "each thread reads what it has written");
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  int numbers[THREADS];
  file = temporary_file(O_RDWR);
  for (int i = 0; i < THREADS; ++i) {
    numbers[i] = i;
    check(pthread_create(&threads[i], NULL, use, &numbers[i]) == 0, "there is a thread");
  }
  for (int i = 0; i < THREADS; ++i) check(pthread_join(threads[i], NULL) == 0, "it has ended");
  return 0;
}
