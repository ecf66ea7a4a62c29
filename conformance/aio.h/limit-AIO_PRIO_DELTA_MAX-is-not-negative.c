/* SPDX-License-Identifier: MIT
 *
 * {AIO_PRIO_DELTA_MAX} is 0 or more, and what sysconf() says is no less than what <limits.h> says.
 *
 * POSIX.1-2017, <limits.h>, Runtime Invariant Values; sysconf()
 */
#include <limits.h>

#include "conformance.h"

int main(void) {
  const long limit = sysconf(_SC_AIO_PRIO_DELTA_MAX);
  check(limit >= 0, "sysconf(_SC_AIO_PRIO_DELTA_MAX) is not negative");
#ifdef AIO_PRIO_DELTA_MAX
  check(limit >= AIO_PRIO_DELTA_MAX, "sysconf() says no less than <limits.h>");
#endif
  return 0;
}
