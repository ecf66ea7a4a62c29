/* SPDX-License-Identifier: MIT
 *
 * On a socket, which cannot seek either, the writes append in the order in which the calls were
 * made.
 *
 * They are more than it takes before something is read.
 *
 * POSIX.1-2017, aio_write(), DESCRIPTION
 */
#include <sys/socket.h>

#include "conformance.h"

enum { WRITES = 200, SIZE = 4096 };

int main(void) {
  int ends[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  static struct aiocb blocks[WRITES];
  static unsigned char bytes[WRITES][SIZE];
  for (int i = 0; i < WRITES; ++i) {
    memset(bytes[i], i, SIZE);
    blocks[i] = request(ends[0], bytes[i], SIZE, 0);
    queued(aio_write(&blocks[i]), "aio_write");
  }
  for (long i = 0; i < (long)WRITES * SIZE; ++i) {
    static unsigned char found[SIZE];
    static long next, end;
    if (next == end) {
      next = 0;
      end = read(ends[1], found, sizeof found);
      check(end > 0, "the socket brings bytes");
    }
    check_equal(found[next++], i / SIZE, "what comes out of the socket at this place");
  }
  for (int i = 0; i < WRITES; ++i) check_equal(success(&blocks[i]), SIZE, "the return status");
  return 0;
}
