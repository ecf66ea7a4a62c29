/* SPDX-License-Identifier: MIT
 *
 * A program that forks, executes, starts and ends threads and exits with requests in flight, as it
 * would on any AIO. Each case ends with status 0 if all was as it should be, and by a signal of its
 * own if it hangs.
 */
#include "lifecycle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char* program;

static char byte;

int check(int holds, const char* claim) {
  if (!holds) fprintf(stderr, "not so: %s\n", claim);
  return holds ? 0 : 1;
}

int must(int result, const char* call) {
  if (result != -1) return result;
  perror(call);
  _exit(2);
}

void prepare(struct aiocb* block, int fildes, void* buffer, size_t nbytes, off_t offset) {
  memset(block, 0, sizeof *block);
  block->aio_fildes = fildes;
  block->aio_buf = buffer;
  block->aio_nbytes = nbytes;
  block->aio_offset = offset;
}

struct aiocb* pending_read(int* writing_end) {
  static struct aiocb block;
  int ends[2];
  must(pipe(ends), "pipe");
  *writing_end = ends[1];
  prepare(&block, ends[0], &byte, 1, 0);
  must(aio_read(&block), "aio_read");
  return &block;
}

int completes(struct aiocb* block, int writing_end) {
  return write(writing_end, "x", 1) == 1 && finish(block) == 1 && byte == 'x';
}

ssize_t finish(struct aiocb* block) {
  const struct aiocb* const list[] = {block};
  while (aio_error(block) == EINPROGRESS) aio_suspend(list, 1, NULL);
  return aio_return(block);
}

ssize_t read_a_file(void) {
  static struct aiocb block;
  static char first;
  const int fildes = must(open("/proc/self/exe", O_RDONLY), "open");
  prepare(&block, fildes, &first, 1, 0);
  const ssize_t result = aio_read(&block) == 0 ? finish(&block) : -1;
  close(fildes);
  return result;
}

int use_of_all_kinds(void) {
  static struct aiocb block;
  static char buffer[4];
  int writing_end;
  struct aiocb* const parked = pending_read(&writing_end);
  const int file = temporary_file();
  prepare(&block, file, memcpy(buffer, "data", 4), 4, 0);
  int wrong = check(aio_write(&block) == 0 && finish(&block) == 4, "a file is written");
  wrong |= check(aio_fsync(O_SYNC, &block) == 0 && finish(&block) == 0, "it is synchronised");
  wrong |= check(read_a_file() == 1, "a file is read");
  wrong |= check(completes(parked, writing_end), "a pipe is read");
  close(parked->aio_fildes);
  close(writing_end);
  close(file);
  return wrong;
}

int ended_with(pid_t child, int expected) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == expected;
}

int ended_well(pid_t child) { return ended_with(child, 0); }

int temporary_file(void) {
  char path[] = "/tmp/aiox-life-XXXXXX";
  const int fildes = must(mkstemp(path), "mkstemp");
  unlink(path);
  return fildes;
}

int open_descriptors(void) {
  DIR* const folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder) != NULL) ++count;
  closedir(folder);
  return count;
}

static int run(const struct life_case* cases, const char* name) {
  for (; cases->name != NULL; ++cases) {
    if (strcmp(cases->name, name) == 0) exit(cases->run());
  }
  return 2;
}

int main(int argc, char** argv) {
  const char* const name = argc == 2 ? argv[1] : "";
  program = argv[0];
  alarm(60);
  if (strcmp(name, "nothing") == 0) return 0;
  return run(fork_cases, name) & run(exit_cases, name) & run(thread_cases, name);
}
