/* SPDX-License-Identifier: MIT
 *
 * The end of a process. A child ends in the way that is to be shown, and its parent looks.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lifecycle.h"

enum { kWrites = 500, kBlock = 4096 };

static struct aiocb blocks[kWrites];
static char data[kWrites][kBlock];

static void submit_many_writes(int file) {
  for (int i = 0; i < kWrites; ++i) {
    memset(data[i], 'A' + i % 26, kBlock);
    prepare(&blocks[i], file, data[i], kBlock, (off_t)i * kBlock);
    must(aio_write(&blocks[i]), "aio_write");
  }
}

static int holds_all_of_them(int file) {
  static char back[kBlock];
  for (int i = 0; i < kWrites; ++i) {
    memset(data[i], 'A' + i % 26, kBlock);
    if (pread(file, back, kBlock, (off_t)i * kBlock) != kBlock) return 0;
    if (memcmp(back, data[i], kBlock) != 0) return 0;
  }
  return 1;
}

/* Whether what a child did when it ended in that way is in the file. */
static int written_by_child(void (*end)(int file)) {
  const int file = temporary_file();
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    alarm(50);
    end(file);
    _exit(3);
  }
  const int wrong = check(ended_well(child), "the child ends well");
  return wrong | check(holds_all_of_them(file), "every accepted write is in the file");
}

static void write_and_exit(int file) {
  submit_many_writes(file);
  exit(0);
}
static int exit_drains_writes(void) { return written_by_child(write_and_exit); }

static void write_sync_close_and_exit(int file) {
  static struct aiocb sync_block;
  const int twin = dup(file);
  submit_many_writes(file);
  prepare(&sync_block, twin, NULL, 0, 0);
  must(aio_fsync(O_SYNC, &sync_block), "aio_fsync");
  exit(0);
}
static int exit_drains_syncs(void) { return written_by_child(write_sync_close_and_exit); }

static void exit_with_pending_reads_too(int file) {
  int writing_end;
  pending_read(&writing_end);
  submit_many_writes(file);
  exit(0);
}
static int exit_drains_beside_pending_reads(void) {
  return written_by_child(exit_with_pending_reads_too);
}

static void* exit_of_thread(void* unused) {
  (void)unused;
  exit(0);
}
static void write_and_exit_in_thread(int file) {
  pthread_t thread;
  submit_many_writes(file);
  pthread_create(&thread, NULL, exit_of_thread, NULL);
  pthread_join(thread, NULL);
}
static int exit_of_a_thread(void) { return written_by_child(write_and_exit_in_thread); }

static void exit_of_callback(union sigval unused) {
  (void)unused;
  exit(0);
}
static void write_and_exit_in_callback(int file) {
  static struct aiocb block;
  static char byte;
  submit_many_writes(file);
  prepare(&block, file, &byte, 1, 0);
  block.aio_sigevent.sigev_notify = SIGEV_THREAD;
  block.aio_sigevent.sigev_notify_function = exit_of_callback;
  must(aio_read(&block), "aio_read");
  for (;;) pause();
}
static int exit_of_a_callback(void) { return written_by_child(write_and_exit_in_callback); }

static void exit_of_handler(int signo) {
  (void)signo;
  exit(0);
}
static void write_and_exit_in_handler(int file) {
  int writing_end;
  signal(SIGUSR1, exit_of_handler);
  struct aiocb* const block = pending_read(&writing_end);
  const struct aiocb* const list[] = {block};
  submit_many_writes(file);
  const pid_t self = getpid();
  int start[2];
  char byte;
  must(pipe(start), "pipe");
  const pid_t sender = must(fork(), "fork");
  if (sender == 0) _exit(read(start[0], &byte, 1) == 1 ? kill(self, SIGUSR1) : 1);
  must((int)write(start[1], "x", 1), "write"); /* out of fork(), which exit() may not interrupt */
  for (;;) aio_suspend(list, 1, NULL);
}
static int exit_of_a_handler(void) { return written_by_child(write_and_exit_in_handler); }

static int file_of_handler;
static void write_at_exit(void) { submit_many_writes(file_of_handler); }

/* Registered after the first request, so it runs before the library's own. */
static void write_in_a_younger_handler(int file) {
  file_of_handler = file;
  read_a_file();
  atexit(write_at_exit);
  exit(0);
}
static int exit_handler_that_is_younger_writes(void) {
  return written_by_child(write_in_a_younger_handler);
}

static void await_writes_at_exit(void) {
  submit_many_writes(file_of_handler);
  for (int i = 0; i < kWrites; ++i) finish(&blocks[i]);
}

/* Registered before the first request, so it runs after the library's own. */
static void await_in_an_older_handler(int file) {
  file_of_handler = file;
  atexit(await_writes_at_exit);
  read_a_file();
  exit(0);
}
static int exit_handler_that_is_older_uses_aio(void) {
  return written_by_child(await_in_an_older_handler);
}

static volatile int told;
static void tell(union sigval unused) {
  (void)unused;
  told = 1;
}
static void await_callback(void) {
  static char byte;
  prepare(&blocks[0], file_of_handler, &byte, 1, 0);
  blocks[0].aio_sigevent.sigev_notify = SIGEV_THREAD;
  blocks[0].aio_sigevent.sigev_notify_function = tell;
  must(aio_write(&blocks[0]), "aio_write");
  while (told == 0) usleep(1000);
}

static int exit_handler_that_is_older_waits_for_a_callback(void) {
  file_of_handler = temporary_file();
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    alarm(50);
    atexit(await_callback);
    read_a_file();
    exit(0);
  }
  return check(ended_well(child), "the child ends well");
}

static void write_in_an_older_handler(int file) {
  file_of_handler = file;
  atexit(write_at_exit);
  read_a_file();
  exit(0);
}
static int exit_handler_that_is_older_writes(void) {
  return written_by_child(write_in_an_older_handler);
}

static int aio_in_an_exit_handler(void) {
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    file_of_handler = temporary_file();
    atexit(await_writes_at_exit); /* without a request before */
    exit(0);
  }
  return check(ended_well(child), "the child ends well");
}

/* With a long AIOX_EXIT_TIMEOUT_MS: an exit that waited for these would not end in time. */
static int exit_in_flight(void) {
  int writing_end;
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    alarm(50);
    int full[2];
    static char bytes[200000];
    pending_read(&writing_end);
    must(pipe(full), "pipe");
    prepare(&blocks[0], full[1], bytes, sizeof bytes, 0);
    must(aio_write(&blocks[0]), "aio_write");
    exit(0);
  }
  return check(ended_well(child), "the child ends well");
}

/* aiocbs in a frame that is gone, as in a main() that returns: the kernel's stack is in use
 * for the exit handlers by then. */
static void __attribute__((noinline)) leave_pending_reads(int reader) {
  struct aiocb in_frame[64];
  static char byte;
  for (int i = 0; i < 64; ++i) {
    prepare(&in_frame[i], reader, &byte, 1, 0);
    must(aio_read(&in_frame[i]), "aio_read");
  }
}

static int exit_with_requests_of_a_dead_frame(void) {
  int ends[2];
  must(pipe(ends), "pipe");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    alarm(20);
    leave_pending_reads(ends[0]);
    exit(0);
  }
  return check(ended_well(child), "the child ends well");
}

/* With AIOX_EXIT=cancel, AIOX_MAX_WORKERS=1: what is queued behind a slow write is dropped. */
static int exit_that_cancels_does_not_wait(void) {
  const int file = temporary_file();
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    alarm(50);
    submit_many_writes(file);
    exit(0);
  }
  return check(ended_well(child), "the child ends well");
}

static int quick_exit_does_not_wait(void) {
  const int file = temporary_file();
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    submit_many_writes(file);
    quick_exit(0);
  }
  return check(ended_well(child), "the child ends well");
}

const struct life_case exit_cases[] = {
    {"exit_drains_writes", exit_drains_writes},
    {"exit_drains_syncs", exit_drains_syncs},
    {"exit_drains_beside_pending_reads", exit_drains_beside_pending_reads},
    {"exit_of_a_thread", exit_of_a_thread},
    {"exit_of_a_callback", exit_of_a_callback},
    {"exit_of_a_handler", exit_of_a_handler},
    {"exit_handler_that_is_younger_writes", exit_handler_that_is_younger_writes},
    {"exit_handler_that_is_older_uses_aio", exit_handler_that_is_older_uses_aio},
    {"exit_handler_that_is_older_waits_for_a_callback",
     exit_handler_that_is_older_waits_for_a_callback},
    {"exit_handler_that_is_older_writes", exit_handler_that_is_older_writes},
    {"exit_with_requests_of_a_dead_frame", exit_with_requests_of_a_dead_frame},
    {"exit_that_cancels_does_not_wait", exit_that_cancels_does_not_wait},
    {"quick_exit_does_not_wait", quick_exit_does_not_wait},
    {"exit_in_flight", exit_in_flight},
    {"aio_in_an_exit_handler", aio_in_an_exit_handler},
    {NULL, NULL},
};
