/* SPDX-License-Identifier: MIT
 *
 * SIGEV_THREAD: when all operations are done, the function is called, as if by a new thread, with
 * the value of aio_sigevent, and the final status can be had.
 *
 * POSIX.1-2017, aio_fsync(), DESCRIPTION; XSH 2.4.1
 */
#include "conformance.h"

static pthread_t submitter;
static struct aiocb sync_block;
static struct channel notified;

static void notify(union sigval value) {
  check(value.sival_ptr == &sync_block, "the value is that of aio_sigevent");
  check(!pthread_equal(pthread_self(), submitter), "it is another thread");
  check_error(aio_error(&sync_block), 0, "the error status in the function");
  check_equal(aio_return(&sync_block), 0, "the return status");
  break_silence(notified);
}

int main(void) {
  submitter = pthread_self();
  notified = silent_pipe();
  sync_block = request(temporary_file(O_RDWR), NULL, 0, 0);
  sync_block.aio_sigevent.sigev_notify = SIGEV_THREAD;
  sync_block.aio_sigevent.sigev_notify_function = notify;
  sync_block.aio_sigevent.sigev_value.sival_ptr = &sync_block;
  queued(aio_fsync(O_DSYNC, &sync_block), "aio_fsync");
  drain(notified, 1);
  return 0;
}
