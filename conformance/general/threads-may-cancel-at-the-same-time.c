/* SPDX-License-Identifier: MIT
 *
 * The calls are thread-safe: threads submit and cancel requests on one descriptor at the same time,
 * and each request is either cancelled or carried out.
 *
 * Every third request is cancelled, while those of other threads are queued behind it.
 *
 * POSIX.1-2017, XSH 2.9.1 Thread-Safety
 */
#include "conformance.h"

enum { THREADS = 16, ROUNDS = 5000 };

static int file;

static void* use(void* byte) {
  for (int i = 0; i < ROUNDS; ++i) {
    struct aiocb block = request(file, byte, 1, 0);
    queued(aio_write(&block), "aio_write");
    const int result = i % 3 == 0 ? aio_cancel(file, &block) : AIO_NOTCANCELED;
    check(result == AIO_CANCELED || result == AIO_NOTCANCELED || result == AIO_ALLDONE,
          "aio_cancel returns one of its values");
    check_error(error_at_end(&block), result == AIO_CANCELED ? ECANCELED : 0, "the error status");
    check_equal(aio_return(&block), result == AIO_CANCELED ? -1 : 1, "the return status");
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  char byte = '1';
  file = temporary_file(O_RDWR);
  for (int i = 0; i < THREADS; ++i)
    check(pthread_create(&threads[i], NULL, use, &byte) == 0, "there is a thread");
  for (int i = 0; i < THREADS; ++i) check(pthread_join(threads[i], NULL) == 0, "it has ended");
  return 0;
}
