/* SPDX-License-Identifier: MIT
 *
 * D15: Arrays as long as the list are on the caller's stack.
 *
 * aio_suspend() with 400,000 entries overflows the stack.
 *
 * No array of that kind is needed.
 */
#include "defects.h"

enum { ENTRIES = 400000, STACK = 256 * 1024 };

static void* suspend(void* list) {
  check_equal(aio_suspend(list, ENTRIES, NULL), 0, "aio_suspend");
  return NULL;
}

int main(void) {
  static const struct aiocb* list[ENTRIES];
  char byte;
  const struct channel pipe = silent_pipe();
  struct aiocb reading = request(pipe.reader, &byte, 1, 0);
  queued(aio_read(&reading), "aio_read");
  list[ENTRIES - 1] = &reading;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  check(pthread_attr_setstacksize(&attributes, STACK) == 0, "a thread can have a small stack");
  pthread_t thread;
  check(pthread_create(&thread, &attributes, suspend, list) == 0, "a thread can be had");
  break_silence(pipe);
  check(pthread_join(thread, NULL) == 0, "the thread ends");
  check_equal(success(&reading), 1, "the return status");
  return 0;
}
