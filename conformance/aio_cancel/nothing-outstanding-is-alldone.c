/* SPDX-License-Identifier: MIT
 *
 * With a null pointer, it returns AIO_ALLDONE if nothing was ever submitted for the descriptor.
 *
 * POSIX.1-2017, aio_cancel(), RETURN VALUE
 */
#include "conformance.h"

int main(void) {
  check_equal(aio_cancel(silent_pipe().reader, NULL), AIO_ALLDONE, "what it returned for a pipe");
  check_equal(aio_cancel(temporary_file(O_RDWR), NULL), AIO_ALLDONE, "what it returned for a file");
  return 0;
}
