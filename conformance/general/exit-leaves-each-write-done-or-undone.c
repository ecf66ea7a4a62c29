/* SPDX-License-Identifier: MIT
 *
 * Operations that are outstanding at exit are cancelled, or complete as if the exit had not yet
 * occurred: each write is in the file or it is not. The process ends with the status that it gave.
 *
 * POSIX.1-2017, _Exit(), DESCRIPTION
 */
#include <sys/wait.h>

#include "conformance.h"

enum { WRITES = 200, SIZE = 4096 };

int main(void) {
  static struct aiocb blocks[WRITES];
  static char bytes[WRITES][SIZE], found[SIZE];
  const int file = temporary_file(O_RDWR);
  must(ftruncate(file, WRITES * SIZE), "ftruncate");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    for (int i = 0; i < WRITES; ++i) {
      memset(bytes[i], i + 1, SIZE);
      blocks[i] = request(file, bytes[i], SIZE, (off_t)i * SIZE);
      queued(aio_write(&blocks[i]), "aio_write");
    }
    exit(3);
  }
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  check(WIFEXITED(status) && WEXITSTATUS(status) == 3, "the process ends with its status");
  for (int i = 0; i < WRITES; ++i) {
    check_equal(pread(file, found, SIZE, (off_t)i * SIZE), SIZE, "what pread returned");
    check(found[0] == 0 || found[0] == (char)(i + 1), "the bytes are the write's, or none");
    for (int k = 1; k < SIZE; ++k) check(found[k] == found[0], "a write is there as a whole");
  }
  return 0;
}
