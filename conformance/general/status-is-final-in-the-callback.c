/* SPDX-License-Identifier: MIT
 *
 * The function is called when the operation is complete: it finds the final status, and may submit
 * the control block again.
 *
 * Each call submits the next request, a hundred times.
 *
 * POSIX.1-2017, XSH 2.4.1 Signal Generation and Delivery; XSH 2.8.2 Asynchronous I/O
 */
#include <semaphore.h>

#include "notification.h"

enum { CALLS = 100 };

static sem_t over;
static int calls;

static void look_and_go_on(union sigval value) {
  struct aiocb* const block = value.sival_ptr;
  check_error(aio_error(block), 0, "the error status in the function");
  check_equal(aio_return(block), 1, "the return status in the function");
  block->aio_offset += 1;
  if (++calls < CALLS)
    queued(aio_write(block), "aio_write");
  else
    must(sem_post(&over), "sem_post");
}

int main(void) {
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  must(sem_init(&over, 0, 0), "sem_init");
  struct aiocb block = request(file, bytes, 1, 0);
  block.aio_sigevent = by_thread(look_and_go_on, &block);
  queued(aio_write(&block), "aio_write");
  must(sem_wait(&over), "sem_wait");
  struct stat status;
  must(fstat(file, &status), "fstat");
  check_equal((long)status.st_size, CALLS, "the file's size");
  return 0;
}
