/* SPDX-License-Identifier: MIT
 *
 * What requests that may wait for ever cost: many reads on idle pipes and sockets, and beside them
 * a read of a file. Prints the number of threads of the process, the resident memory that the
 * requests have taken, and whether the file's read got through.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Descriptors that are left for everything else. */
enum { SPARE = 64 };

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static int threads(void) {
  DIR* tasks = opendir("/proc/self/task");
  if (tasks == NULL) fail("/proc/self/task");
  int count = -2; /* . and .. */
  while (readdir(tasks) != NULL) ++count;
  closedir(tasks);
  return count;
}

static long resident(void) {
  long pages = 0;
  FILE* statm = fopen("/proc/self/statm", "r");
  if (statm == NULL || fscanf(statm, "%*s %ld", &pages) != 1) fail("/proc/self/statm");
  fclose(statm);
  return pages * sysconf(_SC_PAGESIZE);
}

static void read_a_file(void) {
  static char byte; /* a read that is stuck still has it at the end */
  static struct aiocb request;
  const int file = open("/proc/self/exe", O_RDONLY);
  if (file == -1) fail("/proc/self/exe");
  request = (struct aiocb){.aio_fildes = file, .aio_buf = &byte, .aio_nbytes = 1};
  const struct aiocb* const list[] = {&request};
  const struct timespec patience = {.tv_sec = 10};
  if (aio_read(&request) != 0) fail("aio_read of a file");
  const int stuck = aio_suspend(list, 1, &patience);
  printf("file_read=%s\n", stuck == 0 && aio_return(&request) == 1 ? "served" : "stuck");
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "Usage: %s REQUESTS DESCRIPTORS\n", argv[0]);
    return 2;
  }
  const int requests = atoi(argv[1]);
  int descriptors = atoi(argv[2]);
  if (requests <= 0 || descriptors <= 0) return 2;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  /* Both ends of a pair of sockets are read; of a pipe one can be, and the other takes a number. */
  int* idle = calloc((size_t)descriptors + 2, sizeof *idle);
  int opened = 0;
  int highest = 0;
  while (opened < descriptors && (rlim_t)highest + SPARE < files.rlim_cur) {
    int ends[2];
    const int is_socket = opened % 3 != 0;
    if ((is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends)) != 0) fail("pipe");
    highest = ends[1];
    idle[opened++] = ends[0];
    if (is_socket) idle[opened++] = ends[1];
  }
  descriptors = opened;

  struct aiocb* blocks = malloc((size_t)requests * sizeof *blocks);
  static char byte;
  memset(blocks, 1, (size_t)requests * sizeof *blocks); /* so that their own pages are there */
  const long before = resident();
  for (int i = 0; i < requests; ++i) {
    blocks[i] =
        (struct aiocb){.aio_fildes = idle[i % descriptors], .aio_buf = &byte, .aio_nbytes = 1};
    if (aio_read(&blocks[i]) != 0) fail("aio_read");
  }
  printf("requests=%d descriptors=%d threads=%d bytes_per_request=%ld\n", requests, descriptors,
         threads() - 1, (resident() - before) / requests);
  fflush(stdout);
  read_a_file();
  return 0;
}
