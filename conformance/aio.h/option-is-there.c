/* SPDX-License-Identifier: MIT
 *
 * Asynchronous I/O is no option any more: _POSIX_ASYNCHRONOUS_IO is 200809, and sysconf() says the
 * same.
 *
 * POSIX.1-2017, <unistd.h>, Constants for Options and Option Groups; sysconf()
 */
#include "conformance.h"

_Static_assert(_POSIX_ASYNCHRONOUS_IO == 200809L, "the version of POSIX");

int main(void) {
  check_equal(sysconf(_SC_ASYNCHRONOUS_IO), 200809L, "sysconf(_SC_ASYNCHRONOUS_IO)");
  return 0;
}
