/* SPDX-License-Identifier: MIT
 *
 * AIO_ALLDONE, AIO_CANCELED and AIO_NOTCANCELED are constants that differ from each other.
 *
 * POSIX.1-2017, <aio.h>, DESCRIPTION
 */
#include <aio.h>

_Static_assert(AIO_ALLDONE != AIO_CANCELED && AIO_ALLDONE != AIO_NOTCANCELED &&
                   AIO_CANCELED != AIO_NOTCANCELED,
               "they differ");

int main(void) { return 0; }
