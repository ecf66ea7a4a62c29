/* SPDX-License-Identifier: MIT
 *
 * It fails with EAGAIN if the number of entries would cause AIO_MAX to be exceeded, and not before.
 *
 * As many requests as are allowed are in progress on an empty pipe; one more is too many.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include "conformance.h"

enum { REACHABLE = 100000, AT_ONCE = 100 };

int main(void) {
  const long most = sysconf(_SC_AIO_MAX);
  if (most == -1) skip("AIO_MAX has no limit here");
  if (most > REACHABLE) skip("AIO_MAX is larger than what is tried here");
  const struct channel pipe = silent_pipe();
  static char buffer[1];
  struct aiocb* const blocks = calloc((size_t)most + AT_ONCE, sizeof *blocks);
  check(blocks != NULL, "there is memory");
  struct aiocb* list[AT_ONCE];
  long outstanding = 0;
  for (;; outstanding += AT_ONCE) {
    if (outstanding > most) fail("%ld requests were accepted, AIO_MAX is %ld", outstanding, most);
    for (int i = 0; i < AT_ONCE; ++i) {
      list[i] = &blocks[outstanding + i];
      *list[i] = request(pipe.reader, buffer, 1, 0);
      list[i]->aio_lio_opcode = LIO_READ;
    }
    if (lio_listio(LIO_NOWAIT, list, AT_ONCE, NULL) == -1) break;
  }
  check_error(errno, EAGAIN, "errno");
  check(outstanding + AT_ONCE > most, "as many were accepted as AIO_MAX says");
  return 0;
}
