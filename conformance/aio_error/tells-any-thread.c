/* SPDX-License-Identifier: MIT
 *
 * Any thread of the process can ask for the status, not only the one that made the call.
 *
 * POSIX.1-2017, aio_error(), DESCRIPTION; RETURN VALUE; XSH 2.9.1
 */
#include "conformance.h"

static struct channel silence;
static char byte;
static struct aiocb block;

static void* ask(void* unused) {
  check_error(aio_error(&block), EINPROGRESS, "the error status before the end");
  break_silence(silence);
  check_equal(success(&block), 1, "the return status");
  return unused;
}

int main(void) {
  silence = silent_pipe();
  block = request(silence.reader, &byte, 1, 0);
  queued(aio_read(&block), "aio_read");
  pthread_t thread;
  check(pthread_create(&thread, NULL, ask, NULL) == 0, "a thread can be created");
  check(pthread_join(thread, NULL) == 0, "the thread can be joined");
  return 0;
}
