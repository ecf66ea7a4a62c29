/* SPDX-License-Identifier: MIT
 *
 * The eight calls are functions with the prototypes of the standard, also where macros of their
 * names are undefined.
 *
 * POSIX.1-2017, <aio.h>, DESCRIPTION; XSH 2.1.1
 */
#include "conformance.h"

#undef aio_cancel
#undef aio_error
#undef aio_fsync
#undef aio_read
#undef aio_return
#undef aio_suspend
#undef aio_write
#undef lio_listio

static int (*const cancel)(int, struct aiocb*) = aio_cancel;
static int (*const error)(const struct aiocb*) = aio_error;
static int (*const fsync_later)(int, struct aiocb*) = aio_fsync;
static int (*const read_later)(struct aiocb*) = aio_read;
static ssize_t (*const result)(struct aiocb*) = aio_return;
static int (*const suspend)(const struct aiocb* const[], int, const struct timespec*) = aio_suspend;
static int (*const write_later)(struct aiocb*) = aio_write;
static int (*const list)(int, struct aiocb* const[restrict], int,
                         struct sigevent* restrict) = lio_listio;

int main(void) {
  check(cancel != NULL && error != NULL && fsync_later != NULL && read_later != NULL &&
            result != NULL && suspend != NULL && write_later != NULL && list != NULL,
        "each call has an address");
  return 0;
}
