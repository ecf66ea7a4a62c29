/* SPDX-License-Identifier: MIT
 *
 * The timeout is an interval, which is measured by the monotonic clock: it does not return before
 * that has passed on it.
 *
 * POSIX.1-2017, aio_suspend(), DESCRIPTION
 */
#include <time.h>

#include "conformance.h"

static long long now(void) {
  struct timespec time;
  must(clock_gettime(CLOCK_MONOTONIC, &time), "clock_gettime");
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  const struct aiocb* const list[] = {&block};
  const long intervals[] = {1, 1000, 1000000, 150000000};
  for (size_t i = 0; i < sizeof intervals / sizeof *intervals; ++i) {
    const struct timespec time = {.tv_nsec = intervals[i]};
    const long long before = now();
    check_equal(aio_suspend(list, 1, &time), -1, "what aio_suspend returned");
    const long long passed = now() - before;
    if (passed < intervals[i]) fail("it returned after %lld of %ld ns", passed, intervals[i]);
  }
  return 0;
}
