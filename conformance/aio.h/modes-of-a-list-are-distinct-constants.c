/* SPDX-License-Identifier: MIT
 *
 * LIO_WAIT and LIO_NOWAIT are constants that differ from each other.
 *
 * POSIX.1-2017, <aio.h>, DESCRIPTION
 */
#include <aio.h>

_Static_assert(LIO_WAIT != LIO_NOWAIT, "they differ");

int main(void) { return 0; }
