/* SPDX-License-Identifier: MIT
 *
 * Once the operation is complete, the control block and the buffer are the program's again.
 *
 * Both are made inaccessible, and another operation on the same descriptor has its course.
 *
 * POSIX.1-2017, aio_read(), DESCRIPTION
 */
#include <sys/mman.h>

#include "conformance.h"

int main(void) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const int memory = temporary_file(O_RDWR);
  must(ftruncate(memory, (off_t)(2 * page)), "ftruncate");
  char* const pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  check(pages != MAP_FAILED, "there is memory");
  struct aiocb* const block = (struct aiocb*)(void*)pages;
  char* const buffer = pages + page;

  const struct channel pipe = silent_pipe();
  *block = request(pipe.reader, buffer, page, 0);
  queued(aio_read(block), "aio_read");
  break_silence(pipe);
  check(success(block) > 0, "the return status is above 0");
  must(mprotect(pages, 2 * page, PROT_NONE), "mprotect");

  static char other_buffer[4096];
  struct aiocb other = request(pipe.reader, other_buffer, 1, 0);
  queued(aio_read(&other), "aio_read");
  break_silence(pipe);
  check_equal(success(&other), 1, "the return status of the next operation");
  return 0;
}
