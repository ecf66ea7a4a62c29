/* SPDX-License-Identifier: MIT
 *
 * D10: A callback whose thread cannot be started is forgotten.
 *
 * The notification is lost without a word.
 *
 * It is kept, and made when a thread can be had.
 *
 * While the first of two reads ends there is no memory for the stack of a thread. The second one,
 * for which the same holds, ends after the first one's callback has been tried.
 */
#include <semaphore.h>

#include "defects.h"

/* For small things, but for no stack. */
enum { ROOM = 1 << 20 };

static sem_t told;

static void tell(union sigval value) {
  (void)value;
  sem_post(&told);
}

/* How much of it the program has. */
static rlim_t address_space(void) {
  unsigned long pages = 0;
  FILE* const sizes = fopen("/proc/self/statm", "re");
  check(sizes != NULL && fscanf(sizes, "%lu", &pages) == 1, "the program knows its size");
  fclose(sizes);
  return pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

int main(void) {
  char bytes[2];
  const struct channel pipe = silent_pipe();
  must(sem_init(&told, 0, 0), "sem_init");
  struct aiocb first = request(pipe.reader, &bytes[0], 1, 0);
  struct aiocb second = request(pipe.reader, &bytes[1], 1, 0);
  first.aio_sigevent.sigev_notify = SIGEV_THREAD;
  first.aio_sigevent.sigev_notify_function = tell;
  queued(aio_read(&first), "aio_read");
  queued(aio_read(&second), "aio_read");

  struct rlimit before;
  must(getrlimit(RLIMIT_AS, &before), "getrlimit");
  const struct rlimit tight = {.rlim_cur = address_space() + ROOM, .rlim_max = before.rlim_max};
  must(setrlimit(RLIMIT_AS, &tight), "setrlimit");
  break_silence(pipe);
  break_silence(pipe);
  check_equal(success(&first), 1, "the return status of the first");
  check_equal(success(&second), 1, "the return status of the second");
  must(setrlimit(RLIMIT_AS, &before), "setrlimit");

  while (sem_wait(&told) != 0) continue;
  return 0;
}
