/* SPDX-License-Identifier: MIT
 *
 * The control block and the buffer are used by the system while, and only while, the error status
 * is EINPROGRESS: afterwards their memory may go, though the notification has still to come.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include <sys/mman.h>

#include "notification.h"

enum { ROUNDS = 300, PAGE = 1 << 16 };

int main(void) {
  const struct channel pipe = silent_pipe();
  const int file = temporary_file(O_RDWR);
  must(ftruncate(file, PAGE), "ftruncate");
  block_signal(SIGRTMIN);
  for (int i = 0; i < ROUNDS; ++i) {
    struct aiocb* const block = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    check(block != MAP_FAILED, "there is memory");
    *block = request(pipe.reader, block + 1, 1, 0);
    block->aio_sigevent = by_signal(SIGRTMIN, i);
    queued(aio_read(block), "aio_read");
    break_silence(pipe);
    while (aio_error(block) == EINPROGRESS) continue;
    check_equal(aio_return(block), 1, "the return status");
    must(munmap(block, PAGE), "munmap");
    check_equal(receive(SIGRTMIN).si_value.sival_int, i, "the signal's value");
  }
  return 0;
}
