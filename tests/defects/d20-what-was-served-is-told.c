/* SPDX-License-Identifier: MIT
 *
 * D20: No counters and no tracing.
 *
 * Nobody can see what AIO does.
 *
 * Counters, by `AIOX_STATS=1` at exit or by `aiox_stats()` at any time. No tracing yet.
 *
 * The program starts itself again and reads what it says when it ends.
 */
#include "defects.h"

enum { READS = 3 };

static void make_reads(void) {
  char byte;
  const int file = temporary_file(O_RDWR);
  set_content(file, "x");
  for (int i = 0; i < READS; ++i) {
    struct aiocb reading = request(file, &byte, 1, 0);
    queued(aio_read(&reading), "aio_read");
    check_equal(success(&reading), 1, "the return status");
  }
}

int main(int argc, char* argv[]) {
  if (argc > 1) {
    make_reads();
    return 0;
  }
  const struct channel said = silent_pipe();
  must(setenv("AIOX_STATS", "1", 1), "setenv");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    must(dup2(said.writer, STDERR_FILENO), "dup2");
    must(execl("/proc/self/exe", argv[0], "reads", (char*)NULL), "execl");
  }
  must(close(said.writer), "close");
  wait_for(child);
  char text[4096];
  const ssize_t size = read(said.reader, text, sizeof text - 1);
  text[must((int)size, "read")] = '\0';
  if (strstr(text, "read submitted=3 completed=3") == NULL) fail("the reads are not told of");
  return 0;
}
