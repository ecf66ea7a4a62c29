/* SPDX-License-Identifier: MIT
 *
 * Where an operation that is queued at the time of the call fails, the synchronization ends with
 * the error of read() or write().
 *
 * The last of many writes that append, in order, meets the limit of the file's size. It is still
 * outstanding when aio_fsync has returned; if not, they are written again.
 *
 * POSIX.1-2017, aio_fsync(), DESCRIPTION; ERRORS
 */
#include <sys/resource.h>

#include "conformance.h"

enum { ROUNDS = 20, WRITES = 32, SIZE = 1 << 20 };

static char bytes[SIZE];
static struct aiocb writes[WRITES + 1];

/* Whether the write that fails was outstanding still when aio_fsync had returned. */
static int one_round(void) {
  const int file = temporary_file(O_RDWR | O_APPEND);
  for (int i = 0; i <= WRITES; ++i) {
    writes[i] = request(file, bytes, SIZE, 0);
    queued(aio_write(&writes[i]), "aio_write");
  }
  struct aiocb sync = request(file, NULL, 0, 0);
  queued(aio_fsync(O_SYNC, &sync), "aio_fsync");
  const int is_covered = aio_error(&writes[WRITES]) == EINPROGRESS;

  const int error = error_at_end(&sync);
  for (int i = 0; i < WRITES; ++i) check_equal(success(&writes[i]), SIZE, "the return status");
  check_error(error_at_end(&writes[WRITES]), EFBIG, "the error status of the last write");
  if (!is_covered) return 0;
  check_error(error, EFBIG, "the error status of the synchronization");
  check_equal(aio_return(&sync), -1, "the return status of the synchronization");
  return 1;
}

int main(void) {
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit = {.rlim_cur = WRITES * SIZE, .rlim_max = WRITES * SIZE};
  must(setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
  for (int round = 0; round < ROUNDS; ++round)
    if (one_round()) return 0;
  skip("each write was complete before aio_fsync had returned");
}
