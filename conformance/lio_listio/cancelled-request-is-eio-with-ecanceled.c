/* SPDX-License-Identifier: MIT
 *
 * The error status of a request of the list that was cancelled is ECANCELED, and LIO_WAIT ends with
 * EIO.
 *
 * Another read is before it on the pipe. Until the call has returned, another thread cancels what
 * is there.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include <stdatomic.h>

#include "conformance.h"

static struct channel silent;
static atomic_int returned;

static void* cancel_all(void* unused) {
  while (!atomic_load(&returned)) aio_cancel(silent.reader, NULL);
  return unused;
}

int main(void) {
  static struct aiocb before, block;
  static char buffers[2];
  silent = silent_pipe();
  before = request(silent.reader, &buffers[0], 1, 0);
  block = request(silent.reader, &buffers[1], 1, 0);
  block.aio_lio_opcode = LIO_READ;
  queued(aio_read(&before), "aio_read");
  struct aiocb* const list[] = {&block};
  pthread_t canceller;
  check(pthread_create(&canceller, NULL, cancel_all, NULL) == 0, "there is a thread");
  const int result = lio_listio(LIO_WAIT, list, 1, NULL);
  const int error = errno;
  atomic_store(&returned, 1);
  check(pthread_join(canceller, NULL) == 0, "the thread has ended");
  check_equal(result, -1, "what lio_listio returned");
  check_error(error, EIO, "errno");
  check_error(aio_error(&block), ECANCELED, "the error status");
  check_equal(aio_return(&block), -1, "the return status");
  return 0;
}
