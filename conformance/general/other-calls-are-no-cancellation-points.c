/* SPDX-License-Identifier: MIT
 *
 * Only the functions that the standard names may be cancellation points: aio_read(), aio_write(),
 * aio_fsync(), aio_error(), aio_return() and aio_cancel() are none. A pending cancellation request
 * acts at the next one that is.
 *
 * POSIX.1-2017, XSH 2.9.5.2 Cancellation Points
 */
#include "conformance.h"

static int calls_made;

static void* call_all(void* unused) {
  int state;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  const int file = temporary_file(O_RDWR);
  static struct aiocb block;
  static char bytes[] = "1";
  block = request(file, bytes, 1, 0);
  pthread_cancel(pthread_self());
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);

  int wrong = aio_write(&block) != 0;
  while (aio_error(&block) == EINPROGRESS) continue;
  wrong |= aio_return(&block) != 1;
  wrong |= aio_read(&block) != 0;
  while (aio_error(&block) == EINPROGRESS) continue;
  wrong |= aio_return(&block) != 1;
  wrong |= aio_fsync(O_SYNC, &block) != 0;
  while (aio_error(&block) == EINPROGRESS) continue;
  wrong |= aio_return(&block) != 0;
  wrong |= aio_cancel(file, NULL) != AIO_ALLDONE;
  calls_made = !wrong;
  pthread_testcancel();
  return unused;
}

int main(void) {
  pthread_t thread;
  void* value;
  check(pthread_create(&thread, NULL, call_all, NULL) == 0, "there is a thread");
  check(pthread_join(thread, &value) == 0, "the thread has ended");
  check(value == PTHREAD_CANCELED, "the thread was cancelled");
  check(calls_made, "it had made all calls before");
  return 0;
}
