/* SPDX-License-Identifier: MIT
 *
 * SIGEV_THREAD: at the end the function is called, as if by a new thread, with the value of
 * aio_sigevent, and the final status can be had.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION; XSH 2.4.1
 */
#include "conformance.h"

static pthread_t submitter;
static struct aiocb block;
static struct channel notified;

static void notify(union sigval value) {
  check(value.sival_ptr == &block, "the value is that of aio_sigevent");
  check(!pthread_equal(pthread_self(), submitter), "it is another thread");
  check_error(aio_error(&block), 0, "the error status in the function");
  check_equal(aio_return(&block), 512, "the return status");
  break_silence(notified);
}

int main(void) {
  submitter = pthread_self();
  notified = silent_pipe();
  const struct channel pipe = full_pipe();
  static char buffer[512];
  block = request(pipe.writer, buffer, sizeof buffer, 0);
  block.aio_sigevent.sigev_notify = SIGEV_THREAD;
  block.aio_sigevent.sigev_notify_function = notify;
  block.aio_sigevent.sigev_value.sival_ptr = &block;
  queued(aio_write(&block), "aio_write");

  make_room(pipe);
  drain(notified, 1);
  return 0;
}
