/* SPDX-License-Identifier: MIT
 *
 * The error status is EINPROGRESS once the request is queued, and is so until all that it covers
 * is done.
 *
 * The status is asked for before those of the writes, so that it was EINPROGRESS if one of them
 * still is.
 *
 * POSIX.1-2017, aio_fsync(), DESCRIPTION
 */
#include "conformance.h"

enum { ROUNDS = 30, ENOUGH = 3, WRITES = 24, SIZE = 1 << 20 };

static char bytes[SIZE];
static struct aiocb writes[WRITES];

static int outstanding(void) {
  int count = 0;
  for (int i = 0; i < WRITES; ++i) count += aio_error(&writes[i]) == EINPROGRESS;
  return count;
}

/* Whether a write was outstanding still when aio_fsync had returned. */
static int one_round(int file) {
  for (int i = 0; i < WRITES; ++i) {
    writes[i] = request(file, bytes, SIZE, (off_t)i * SIZE);
    queued(aio_write(&writes[i]), "aio_write");
  }
  struct aiocb sync = request(file, NULL, 0, 0);
  queued(aio_fsync(O_DSYNC, &sync), "aio_fsync");
  int seen = 0;
  for (;;) {
    const int error = aio_error(&sync);
    if (outstanding() == 0) break;
    check_error(error, EINPROGRESS, "the error status while a covered write is outstanding");
    seen = 1;
  }
  check_equal(success(&sync), 0, "the return status of the synchronization");
  for (int i = 0; i < WRITES; ++i) check_equal(success(&writes[i]), SIZE, "the return status");
  return seen;
}

int main(void) {
  const int file = temporary_file(O_RDWR);
  int covering = 0;
  for (int round = 0; round < ROUNDS && covering < ENOUGH; ++round) covering += one_round(file);
  if (covering > 0) return 0;
  skip("each write was complete before aio_fsync had returned");
}
