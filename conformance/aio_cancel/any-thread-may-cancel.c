/* SPDX-License-Identifier: MIT
 *
 * A request belongs to the process: another thread than the one that has submitted it can cancel
 * it.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION; XSH 2.9.1 Thread-Safety
 */
#include "conformance.h"

static struct channel silent;

static void* cancel(void* block) {
  static int result;
  result = aio_cancel(silent.reader, block);
  return &result;
}

int main(void) {
  static struct aiocb first, second;
  static char buffers[2];
  silent = silent_pipe();
  first = request(silent.reader, &buffers[0], 1, 0);
  second = request(silent.reader, &buffers[1], 1, 0);
  queued(aio_read(&first), "aio_read");
  queued(aio_read(&second), "aio_read");
  pthread_t canceller;
  void* result;
  check(pthread_create(&canceller, NULL, cancel, &second) == 0, "there is a thread");
  check(pthread_join(canceller, &result) == 0, "the thread has ended");
  if (*(int*)result == AIO_NOTCANCELED) skip("no queued read can be cancelled here");
  check_equal(*(int*)result, AIO_CANCELED, "what aio_cancel returned");
  check_error(aio_error(&second), ECANCELED, "the error status");
  return 0;
}
