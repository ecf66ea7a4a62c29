/* SPDX-License-Identifier: MIT
 *
 * The end of a thread releases no resource of the process: a request that it has submitted goes on,
 * and notifies.
 *
 * POSIX.1-2017, pthread_exit(), DESCRIPTION
 */
#include "notification.h"

static struct channel silent;

static void* submit(void* block) {
  queued(aio_read(block), "aio_read");
  return NULL;
}

int main(void) {
  silent = silent_pipe();
  char buffer[1];
  struct aiocb block = request(silent.reader, buffer, sizeof buffer, 0);
  block.aio_sigevent = by_signal(SIGRTMIN, 1);
  block_signal(SIGRTMIN);
  pthread_t submitter;
  check(pthread_create(&submitter, NULL, submit, &block) == 0, "there is a thread");
  check(pthread_join(submitter, NULL) == 0, "the thread has ended");
  check_error(aio_error(&block), EINPROGRESS, "the error status after the thread's end");
  break_silence(silent);
  receive(SIGRTMIN);
  check_equal(success(&block), 1, "the return status");
  return 0;
}
