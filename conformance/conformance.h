/* SPDX-License-Identifier: MIT
 *
 * What the conformance programs share. It knows no implementation, and nothing here has a time
 * limit: the runner has one, and a program that does not end within it has failed.
 *
 * A program is named conformance/<call>/<claim>.c and starts with a comment of paragraphs: the SPDX
 * line; what is checked, in our own words; perhaps how it is made certain; and last the source,
 * such as "POSIX.1-2017, aio_read(), DESCRIPTION". The document is made from these. It exits with 0
 * (pass), 1 (fail, and one line that says what was seen) or 77 (skip, and one line that says why).
 *
 * What shall be in progress is a request that only the program can end: a read of silent_pipe(), or
 * a write to full_pipe().
 */
#pragma once

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { SKIPPED = 77 };

/* Ends with the verdict "fail" and says what was seen. */
__attribute__((format(printf, 1, 2))) static inline _Noreturn void fail(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  _exit(EXIT_FAILURE);
}

static inline _Noreturn void skip(const char* why) {
  fprintf(stderr, "%s\n", why);
  _exit(SKIPPED);
}

static inline void check(int holds, const char* what) {
  if (!holds) fail("not so: %s", what);
}

/* Checks a number; `what` names it. */
static inline void check_equal(long seen, long expected, const char* what) {
  if (seen != expected) fail("%s is %ld, not %ld", what, seen, expected);
}

/* Checks an error number; `what` names it. */
static inline void check_error(int seen, int expected, const char* what) {
  if (seen == expected) return;
  fprintf(stderr, "%s is \"%s\"", what, strerror(seen));
  fail(", not \"%s\"", strerror(expected));
}

/* What a call that prepares the check brought, which is not -1. */
static inline int must(int result, const char* call) {
  if (result == -1) fail("cannot prepare: %s: %s", call, strerror(errno));
  return result;
}

/* A file without a name, empty, opened with these flags. */
static inline int temporary_file(int flags) {
  const char* folder = getenv("TMPDIR");
  char name[4096];
  snprintf(name, sizeof name, "%s/conformance.XXXXXX", folder != NULL ? folder : "/tmp");
  const int created = must(mkstemp(name), "mkstemp");
  const int fildes = must(open(name, flags), "open");
  must(unlink(name), "unlink");
  must(close(created), "close");
  return fildes;
}

/* The same file by another open file description. */
static inline int open_again(int fildes, int flags) {
  char name[64];
  snprintf(name, sizeof name, "/dev/fd/%d", fildes);
  return must(open(name, flags), "open");
}

/* Writes the text at the file's start, not by AIO. */
static inline void set_content(int fildes, const char* text) {
  if (pwrite(fildes, text, strlen(text), 0) != (ssize_t)strlen(text))
    fail("cannot prepare: pwrite: %s", strerror(errno));
}

/* Whether the file has this content, and no more. */
static inline int has_content(int fildes, const char* text) {
  char found[4096];
  const ssize_t size = pread(fildes, found, sizeof found, 0);
  return size == (ssize_t)strlen(text) && memcmp(found, text, strlen(text)) == 0;
}

struct channel {
  int reader;
  int writer;
  size_t filled; /* bytes that full_pipe() wrote */
};

/* A pipe to which nobody but the program writes: a read of it is in progress until then. */
static inline struct channel silent_pipe(void) {
  int ends[2];
  must(pipe(ends), "pipe");
  return (struct channel){.reader = ends[0], .writer = ends[1]};
}

/* A pipe that takes nothing: a write to it is in progress until the program reads. */
static inline struct channel full_pipe(void) {
  static const char bytes[4096];
  struct channel pipe = silent_pipe();
  const int flags = must(fcntl(pipe.writer, F_GETFL), "fcntl");
  must(fcntl(pipe.writer, F_SETFL, flags | O_NONBLOCK), "fcntl");
  for (size_t size = sizeof bytes; size > 0; size /= 2)
    for (ssize_t count; (count = write(pipe.writer, bytes, size)) > 0;)
      pipe.filled += (size_t)count;
  must(fcntl(pipe.writer, F_SETFL, flags), "fcntl");
  return pipe;
}

/* One byte through the pipe, which ends a read of it. */
static inline void break_silence(struct channel pipe) {
  if (write(pipe.writer, "!", 1) != 1) fail("cannot prepare: write: %s", strerror(errno));
}

/* Takes this many bytes, which may be still to come; fewer where nobody is left who writes. */
static inline void drain(struct channel pipe, size_t size) {
  char bytes[4096];
  while (size > 0) {
    const ssize_t count = read(pipe.reader, bytes, size < sizeof bytes ? size : sizeof bytes);
    if (count <= 0) return;
    size -= (size_t)count;
  }
}

/* Takes what full_pipe() wrote, so that the write in progress can end. */
static inline void make_room(struct channel pipe) { drain(pipe, pipe.filled); }

/* A control block without notification. */
static inline struct aiocb request(int fildes, void* buffer, size_t nbytes, off_t offset) {
  struct aiocb block;
  memset(&block, 0, sizeof block);
  block.aio_fildes = fildes;
  block.aio_buf = buffer;
  block.aio_nbytes = nbytes;
  block.aio_offset = offset;
  block.aio_sigevent.sigev_notify = SIGEV_NONE;
  return block;
}

/* Checks that a call that queues something succeeded. */
static inline void queued(int result, const char* call) {
  if (result != 0) fail("%s returned %d: %s", call, result, strerror(errno));
}

/* Waits for the end of the operation, whose error status it returns. */
static inline int error_at_end(const struct aiocb* block) {
  const struct aiocb* const list[] = {block};
  int error;
  while ((error = aio_error(block)) == EINPROGRESS)
    if (aio_suspend(list, 1, NULL) != 0 && errno != EINTR)
      fail("aio_suspend returned -1: %s", strerror(errno));
  if (error == -1) fail("aio_error returned -1: %s", strerror(errno));
  return error;
}

/* Waits for the end of the operation, which shall succeed, and returns its return status. */
static inline ssize_t success(struct aiocb* block) {
  const int error = error_at_end(block);
  if (error != 0) fail("the operation ended with \"%s\"", strerror(error));
  return aio_return(block);
}

/* The error that the standard lets come from the call, of which `result` is what it returned, or as
 * the operation's final status. 0 is success. */
static inline int error_of(int result, struct aiocb* block) {
  if (result == -1) return errno;
  const int error = error_at_end(block);
  const ssize_t returned = aio_return(block);
  if (error != 0 && returned != -1)
    fail("the return status is %zd where the error status is \"%s\"", returned, strerror(error));
  return error;
}

/* Blocks the signal, also in the threads to come, so that receive() gets it. */
static inline void block_signal(int signo) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signo);
  check(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0, "the signal can be blocked");
}

/* Waits for the blocked signal. */
static inline siginfo_t receive(int signo) {
  sigset_t set;
  siginfo_t info;
  sigemptyset(&set);
  sigaddset(&set, signo);
  while (sigwaitinfo(&set, &info) != signo)
    if (errno != EINTR) fail("cannot prepare: sigwaitinfo: %s", strerror(errno));
  return info;
}

/* Whether the blocked signal is pending. */
static inline int is_pending(int signo) {
  sigset_t set;
  must(sigpending(&set), "sigpending");
  return sigismember(&set, signo);
}
