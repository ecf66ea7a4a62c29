/* SPDX-License-Identifier: MIT
 *
 * Normal notification occurs for an operation that is cancelled: its function is called, with its
 * value.
 *
 * POSIX.1-2017, aio_cancel(), DESCRIPTION
 */
#include <semaphore.h>

#include "notification.h"

static sem_t called;
static int error_then;

static void note(union sigval value) {
  error_then = aio_error(value.sival_ptr);
  must(sem_post(&called), "sem_post");
}

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb first, second;
  static char buffers[2];
  must(sem_init(&called, 0, 0), "sem_init");
  first = request(pipe.reader, &buffers[0], 1, 0);
  second = request(pipe.reader, &buffers[1], 1, 0);
  second.aio_sigevent = by_thread(note, &second);
  queued(aio_read(&first), "aio_read");
  queued(aio_read(&second), "aio_read");
  if (aio_cancel(pipe.reader, &second) != AIO_CANCELED)
    skip("no queued read can be cancelled here");
  must(sem_wait(&called), "sem_wait");
  check_error(error_then, ECANCELED, "the error status that the function saw");
  return 0;
}
