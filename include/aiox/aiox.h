/* SPDX-License-Identifier: MIT
 *
 * What aiox offers beyond <aio.h>: its version and its statistics.
 */
#ifndef AIOX_AIOX_H
#define AIOX_AIOX_H

#include <stddef.h>
#include <stdint.h>

/* The version of this header. */
#define AIOX_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* Of one kind of operation, since the program started or was forked.
 * submitted = completed + failed + cancelled + those that are outstanding. */
struct aiox_operation_statistics {
  uint64_t submitted; /* accepted by aio_read(), aio_write(), aio_fsync() or lio_listio() */
  uint64_t completed; /* ended with the error status 0 */
  uint64_t failed;    /* ended with an error status other than ECANCELED */
  uint64_t cancelled; /* ended with ECANCELED */
};

/* Later versions append members: `size` tells the library which ones the program knows. */
struct aiox_statistics {
  size_t size;
  struct aiox_operation_statistics read;
  struct aiox_operation_statistics write;
  struct aiox_operation_statistics fsync;
  uint64_t outstanding; /* requests accepted and not complete */
  uint64_t workers;     /* worker threads */
};

/* Fills in *stats up to stats->size, which the caller sets to sizeof *stats before; on return it is
 * the number of bytes filled in. The counters are read one after the other while they may change.
 * A request is counted as ended before its status is published.
 * Returns 0, or -1 with errno EINVAL where stats->size does not even hold the member itself.
 * Thread-safe and async-signal-safe. */
int aiox_stats(struct aiox_statistics* stats);

/* The version of the library that runs, as AIOX_VERSION has it. Thread-safe and async-signal-safe.
 */
const char* aiox_version(void);

#ifdef __cplusplus
}
#endif

#endif
