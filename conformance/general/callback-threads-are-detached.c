/* SPDX-License-Identifier: MIT
 *
 * Without attributes the thread of the function is detached: nobody has to join it, and nothing of
 * it is left when the function has returned.
 *
 * The process has address space for some threads, but not for the thousand of which the stacks were
 * kept.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery
 */
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "notification.h"

enum { CALLS = 1000 };

static sem_t called;

static void note(union sigval value) {
  (void)value;
  must(sem_post(&called), "sem_post");
}

int main(void) {
  const rlim_t two_gigabytes = (rlim_t)1 << 31;
  const struct rlimit limit = {.rlim_cur = two_gigabytes, .rlim_max = two_gigabytes};
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  must(setrlimit(RLIMIT_AS, &limit), "setrlimit");
  if (mmap(NULL, 1, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED) {
    skip("the process has more address space than that already");
  }
  must(sem_init(&called, 0, 0), "sem_init");
  for (int i = 0; i < CALLS; ++i) {
    struct aiocb block = request(file, bytes, 1, 0);
    block.aio_sigevent = by_thread(note, NULL);
    queued(aio_write(&block), "aio_write");
    must(sem_wait(&called), "sem_wait");
    check_equal(success(&block), 1, "the return status");
  }
  return 0;
}
