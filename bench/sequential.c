/* SPDX-License-Identifier: MIT
 *
 * Reads a cold file from its beginning to its end with a number of adjacent reads in flight, and
 * prints the throughput.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char** argv) {
  if (argc != 4) {
    fprintf(stderr, "Usage: %s FILE IN_FLIGHT BYTES\n", argv[0]);
    return 2;
  }
  const int depth = atoi(argv[2]);
  const size_t size = (size_t)atol(argv[3]);
  const int file = open(argv[1], O_RDONLY);
  struct stat status;
  if (file == -1 || fstat(file, &status) != 0) fail(argv[1]);
  if (fsync(file) != 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0)
    fail("making it cold");

  struct aiocb* blocks = calloc((size_t)depth, sizeof *blocks);
  off_t next = 0;
  off_t done = 0;
  const double begin = now();
  for (int i = 0; done < status.st_size; i = (i + 1) % depth) {
    struct aiocb* const block = &blocks[i];
    if (block->aio_buf == NULL) {
      block->aio_fildes = file;
      block->aio_buf = memset(malloc(size), 1, size); /* so that its pages are there */
      block->aio_nbytes = size;
    } else if (block->aio_offset < status.st_size) {
      const struct aiocb* const list[] = {block};
      while (aio_error(block) == EINPROGRESS) aio_suspend(list, 1, NULL);
      const ssize_t count = aio_return(block);
      if (count <= 0) fail("aio_read");
      done += count;
    }
    block->aio_offset = next;
    next += (off_t)size;
    if (block->aio_offset < status.st_size && aio_read(block) != 0) fail("aio_read");
  }
  printf("%.1f\n", (double)done / (now() - begin) / 1e6);
  return 0;
}
