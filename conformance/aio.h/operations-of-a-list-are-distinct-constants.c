/* SPDX-License-Identifier: MIT
 *
 * LIO_NOP, LIO_READ and LIO_WRITE are constants that differ from each other.
 *
 * POSIX.1-2017, <aio.h>, DESCRIPTION
 */
#include <aio.h>

_Static_assert(LIO_NOP != LIO_READ && LIO_NOP != LIO_WRITE && LIO_READ != LIO_WRITE, "they differ");

int main(void) { return 0; }
