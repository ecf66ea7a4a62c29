/* SPDX-License-Identifier: MIT
 *
 * What a close() costs that has nothing to do with AIO: of a number that is not open, so that the
 * kernel does the least it can; in a process that has made no request yet, and in one that has.
 * Prints nanoseconds: of many short blocks of calls that in the middle, as what else runs on the
 * machine makes some of them longer.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { blocks = 101, calls = 5000, not_open = 900 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double block(void) {
  const double begin = now();
  for (int i = 0; i < calls; ++i) {
    if (close(not_open) != -1 || errno != EBADF) {
      fprintf(stderr, "descriptor %d is open\n", not_open);
      exit(1);
    }
  }
  return (now() - begin) / calls;
}

static int order(const void* one, const void* other) {
  const double difference = *(const double*)one - *(const double*)other;
  return (difference > 0) - (difference < 0);
}

static double cost_of_close(void) {
  double costs[blocks];
  for (int i = 0; i < blocks; ++i) {
    costs[i] = block();
  }
  qsort(costs, blocks, sizeof costs[0], order);
  return costs[blocks / 2];
}

static void use_aio(void) {
  char byte;
  struct aiocb request = {
      .aio_fildes = open("/proc/self/exe", O_RDONLY), .aio_buf = &byte, .aio_nbytes = 1};
  const struct aiocb* const list[] = {&request};
  if (aio_read(&request) != 0 || aio_suspend(list, 1, NULL) != 0 || aio_return(&request) != 1) {
    perror("aio_read");
    exit(1);
  }
}

int main(void) {
  const double without = cost_of_close();
  use_aio();
  printf("without_aio=%.2f with_aio=%.2f\n", without, cost_of_close());
  return 0;
}
