/* SPDX-License-Identifier: MIT
 *
 * {AIO_MAX} is 1 or more; where it is not in <limits.h>, sysconf() says it, or that there is no
 * limit.
 *
 * POSIX.1-2017, <limits.h>, Runtime Invariant Values
 */
#include <limits.h>

#include "conformance.h"

_Static_assert(_POSIX_AIO_MAX == 1, "the least value of the standard");

int main(void) {
  errno = 0;
  const long limit = sysconf(_SC_AIO_MAX);
  if (limit == -1)
    check_error(errno, 0, "errno where there is no limit");
  else
    check(limit >= _POSIX_AIO_MAX, "the limit is at least that of the standard");
  return 0;
}
