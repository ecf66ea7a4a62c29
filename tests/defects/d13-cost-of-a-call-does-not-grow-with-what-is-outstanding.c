/* SPDX-License-Identifier: MIT
 *
 * D13: Every call walks lists, under one mutex.
 *
 * A call takes the longer the more requests are outstanding, and all threads wait for it.
 *
 * A call costs the same, whatever is outstanding.
 *
 * The processor time of 100 submissions, the least of ten measurements: the first of 20,000 beside
 * the last. No absolute time counts, and where nothing is walked not even a ratio of 20 is reached
 * by chance, as all ten would have to be slow.
 */
#include <time.h>

#include "defects.h"

enum { BATCH = 100, MEASUREMENTS = 10, BATCHES = 200, RATIO = 20 };

static struct aiocb reads[BATCH * BATCHES];

static long long processor_time(void) {
  struct timespec time;
  must(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time), "clock_gettime");
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Of the batch of this number, in nanoseconds. */
static long long cost_of(int batch, int fildes) {
  static char byte;
  for (int i = batch * BATCH; i < (batch + 1) * BATCH; ++i) reads[i] = request(fildes, &byte, 1, 0);
  const long long start = processor_time();
  for (int i = batch * BATCH; i < (batch + 1) * BATCH; ++i) queued(aio_read(&reads[i]), "aio_read");
  return processor_time() - start;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  long long first = -1, last = -1;
  for (int batch = 0; batch < BATCHES; ++batch) {
    const long long cost = cost_of(batch, pipe.reader);
    if (batch < MEASUREMENTS && (first == -1 || cost < first)) first = cost;
    if (batch >= BATCHES - MEASUREMENTS && (last == -1 || cost < last)) last = cost;
  }
  if (last > RATIO * first)
    fail("a submission takes %lld ns with up to 1,000 outstanding, %lld ns with 20,000",
         first / BATCH, last / BATCH);
  _exit(0);
}
