/* SPDX-License-Identifier: MIT
 *
 * D18: No tuning without changing the program.
 *
 * Only the program itself can size the pool, by aio_init(); users of libuv expect an environment
 * variable.
 *
 * `AIOX_*` variables, which win over the program.
 *
 * The program starts itself again with a limit of seven requests.
 */
#include "defects.h"

enum { LIMIT = 7 };

static void check_limit(void) {
  static struct aiocb reads[LIMIT + 1];
  char byte;
  const struct channel pipe = silent_pipe();
  for (int i = 0; i <= LIMIT; ++i) reads[i] = request(pipe.reader, &byte, 1, 0);
  for (int i = 0; i < LIMIT; ++i) queued(aio_read(&reads[i]), "aio_read");
  check_equal(aio_read(&reads[LIMIT]), -1, "aio_read() beyond the limit");
  check_error(errno, EAGAIN, "errno");
}

int main(int argc, char* argv[]) {
  if (argc > 1) {
    check_limit();
    return 0;
  }
  must(setenv("AIOX_MAX_REQUESTS", "7", 1), "setenv");
  return must(execl("/proc/self/exe", argv[0], "limited", (char*)NULL), "execl");
}
