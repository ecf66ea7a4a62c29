/* SPDX-License-Identifier: MIT
 *
 * Each call is as if in a new thread: it can be cancelled, and at cancellation points, whatever an
 * earlier call has set.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery; XSH 2.9.5.1 Cancelability States
 */
#include <semaphore.h>

#include "notification.h"

static sem_t called;
static int state_then, type_then;

static void look_and_set(union sigval value) {
  (void)value;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state_then);
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type_then);
  must(sem_post(&called), "sem_post");
}

int main(void) {
  static char bytes[] = "1";
  const int file = temporary_file(O_RDWR);
  must(sem_init(&called, 0, 0), "sem_init");
  for (int i = 0; i < 20; ++i) {
    struct aiocb block = request(file, bytes, 1, 0);
    block.aio_sigevent = by_thread(look_and_set, NULL);
    queued(aio_write(&block), "aio_write");
    must(sem_wait(&called), "sem_wait");
    check_equal(state_then, PTHREAD_CANCEL_ENABLE, "the cancelability state");
    check_equal(type_then, PTHREAD_CANCEL_DEFERRED, "the cancelability type");
    check_equal(success(&block), 1, "the return status");
  }
  return 0;
}
