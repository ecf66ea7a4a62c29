/* SPDX-License-Identifier: MIT
 *
 * The operations on the file that are queued at the time of the call are complete when the
 * synchronization is.
 *
 * There are so many bytes to write that a write is still outstanding when aio_fsync has returned,
 * so that it was outstanding at the call; if none is, the round does not count. Several rounds
 * count, as one may end well by chance.
 *
 * POSIX.1-2017, aio_fsync(), DESCRIPTION
 */
#include "conformance.h"

enum { ROUNDS = 30, ENOUGH = 6, WRITES = 24, SIZE = 1 << 20 };

static char bytes[SIZE];
static struct aiocb writes[WRITES];

/* Whether a write was outstanding still when aio_fsync had returned. */
static int one_round(int file, int fildes_to_sync) {
  for (int i = 0; i < WRITES; ++i) {
    writes[i] = request(file, bytes, SIZE, (off_t)i * SIZE);
    queued(aio_write(&writes[i]), "aio_write");
  }
  struct aiocb sync = request(fildes_to_sync, NULL, 0, 0);
  queued(aio_fsync(O_SYNC, &sync), "aio_fsync");
  int outstanding = 0;
  for (int i = 0; i < WRITES; ++i) outstanding += aio_error(&writes[i]) == EINPROGRESS;

  check_equal(success(&sync), 0, "the return status of the synchronization");
  for (int i = 0; i < WRITES; ++i)
    check_error(aio_error(&writes[i]), 0, "the error status of a covered write behind it");
  for (int i = 0; i < WRITES; ++i) check_equal(aio_return(&writes[i]), SIZE, "the return status");
  return outstanding > 0;
}

int main(void) {
  const int file = temporary_file(O_RDWR);
  int covering = 0;
  for (int round = 0; round < ROUNDS && covering < ENOUGH; ++round)
    covering += one_round(file, file);
  if (covering > 0) return 0;
  skip("each write was complete before aio_fsync had returned");
}
