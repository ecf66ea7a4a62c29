/* SPDX-License-Identifier: MIT
 *
 * With LIO_WAIT it fails with EIO also if an operation failed that was well when it was submitted.
 *
 * Whether the thread waits already when the pipe loses its reader varies in a hundred rounds.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include <semaphore.h>

#include "conformance.h"

enum { ROUNDS = 100 };

static sem_t begun;

static void* close_reader(void* pipe) {
  must(sem_wait(&begun), "sem_wait");
  must(close(((const struct channel*)pipe)->reader), "close");
  return NULL;
}

int main(void) {
  must(sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), "sigaction");
  must(sem_init(&begun, 0, 0), "sem_init");
  for (int i = 0; i < ROUNDS; ++i) {
    struct channel pipe = full_pipe();
    pthread_t closer;
    check(pthread_create(&closer, NULL, close_reader, &pipe) == 0, "there is a thread");
    char bytes[] = "1";
    struct aiocb block = request(pipe.writer, bytes, 1, 0);
    block.aio_lio_opcode = LIO_WRITE;
    struct aiocb* const list[] = {&block};
    must(sem_post(&begun), "sem_post");
    check_equal(lio_listio(LIO_WAIT, list, 1, NULL), -1, "what lio_listio returned");
    check_error(errno, EIO, "errno");
    check_error(aio_error(&block), EPIPE, "the error status");
    check(pthread_join(closer, NULL) == 0, "the thread has ended");
    must(close(pipe.writer), "close");
  }
  return 0;
}
