/* SPDX-License-Identifier: MIT
 *
 * A signal that is ignored has no effect on the process, and so does not end the wait.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION; XSH 2.4.3 Signal Actions
 */
#include <semaphore.h>

#include "conformance.h"

static sem_t begun;

static void* send_signals_then_write(void* pipe) {
  must(sem_wait(&begun), "sem_wait");
  for (int i = 0; i < 1000; ++i) must(kill(getpid(), SIGUSR1), "kill");
  break_silence(*(const struct channel*)pipe);
  return NULL;
}

int main(void) {
  struct channel pipe = silent_pipe();
  must(sigaction(SIGUSR1, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), "sigaction");
  must(sem_init(&begun, 0, 0), "sem_init");
  pthread_t sender;
  check(pthread_create(&sender, NULL, send_signals_then_write, &pipe) == 0, "there is a thread");
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  const struct aiocb* const list[] = {&block};
  must(sem_post(&begun), "sem_post");
  check_equal(aio_suspend(list, 1, NULL), 0, "what aio_suspend returned");
  check_equal(success(&block), 1, "the return status");
  check(pthread_join(sender, NULL) == 0, "the thread has ended");
  return 0;
}
