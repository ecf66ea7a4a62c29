/* SPDX-License-Identifier: MIT
 *
 * The function runs as if in a new thread with the attributes that were given: on the stack that
 * they name.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery
 */
#include <semaphore.h>
#include <stdint.h>

#include "notification.h"

enum { STACK_SIZE = 1 << 18 };

static _Alignas(4096) char stack[STACK_SIZE];
static sem_t called;
static uintptr_t address_then;

static void note(union sigval value) {
  address_then = (uintptr_t)&value;
  must(sem_post(&called), "sem_post");
}

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  must(sem_init(&called, 0, 0), "sem_init");
  pthread_attr_t attributes;
  check(pthread_attr_init(&attributes) == 0, "there are attributes");
  check(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0, "for detached");
  check(pthread_attr_setstack(&attributes, stack, sizeof stack) == 0, "and a stack");
  struct aiocb block = request(file, bytes, 1, 0);
  block.aio_sigevent = by_thread(note, NULL);
  block.aio_sigevent.sigev_notify_attributes = &attributes;
  queued(aio_write(&block), "aio_write");
  must(sem_wait(&called), "sem_wait");
  check(address_then >= (uintptr_t)stack && address_then < (uintptr_t)stack + sizeof stack,
        "the function's argument is on that stack");
  check_equal(success(&block), 1, "the return status");
  return 0;
}
