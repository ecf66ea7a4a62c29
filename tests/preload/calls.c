/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "references.h"

enum { SIZE = 4096 };

#define REQUIRE(condition)                                                    \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      return 1;                                                               \
    }                                                                         \
  } while (0)

static struct aiocb request(int fildes, char* buffer, int block) {
  struct aiocb cb;
  memset(&cb, 0, sizeof cb);
  cb.aio_fildes = fildes;
  cb.aio_buf = buffer;
  cb.aio_nbytes = SIZE;
  cb.aio_offset = (off_t)block * SIZE;
  cb.aio_sigevent.sigev_notify = SIGEV_NONE;
  return cb;
}

/* Waits for the request in aio_suspend(). Returns its return status, or -1 and sets errno. */
static ssize_t finish(struct aiocb* cb) {
  const struct aiocb* const list[] = {cb};
  const struct timespec timeout = {.tv_sec = 100, .tv_nsec = 0};
  while (aio_error(cb) == EINPROGRESS) {
    if (aio_suspend(list, 1, &timeout) != 0 && errno != EINTR) return -1;
  }
  errno = aio_error(cb);
  return aio_return(cb);
}

/* One request after the other: write, both kinds of fsync, read back. */
static int single_requests(int fildes, char* data, char* back) {
  struct aiocb cb = request(fildes, data, 0);
  REQUIRE(aio_write(&cb) == 0);
  REQUIRE(finish(&cb) == SIZE);
  REQUIRE(aio_cancel(fildes, &cb) == AIO_ALLDONE);

  REQUIRE(aio_fsync(O_SYNC, &cb) == 0);
  REQUIRE(finish(&cb) == 0);
  REQUIRE(aio_fsync(O_DSYNC, &cb) == 0);
  REQUIRE(finish(&cb) == 0);

  cb = request(fildes, back, 0);
  REQUIRE(aio_read(&cb) == 0);
  REQUIRE(finish(&cb) == SIZE);
  REQUIRE(memcmp(data, back, SIZE) == 0);
  return 0;
}

/* A list that is waited for, and one that is not. */
static int lists(int fildes, char* data, char* back) {
  struct aiocb first = request(fildes, data, 1);
  struct aiocb second = request(fildes, data, 2);
  struct aiocb nothing = request(fildes, data, 3);
  struct aiocb* const written[] = {&first, NULL, &nothing, &second};
  first.aio_lio_opcode = LIO_WRITE;
  second.aio_lio_opcode = LIO_WRITE;
  nothing.aio_lio_opcode = LIO_NOP;
  REQUIRE(lio_listio(LIO_WAIT, written, 4, NULL) == 0);
#ifndef CALLS_LIO_WAIT_RETURNS_EARLY
  REQUIRE(aio_error(&first) == 0 && aio_error(&second) == 0);
#endif
  REQUIRE(finish(&first) == SIZE && finish(&second) == SIZE);

  struct aiocb* const read[] = {&first, &second};
  memset(back, 0, 2 * SIZE);
  first = request(fildes, back, 1);
  second = request(fildes, back + SIZE, 2);
  first.aio_lio_opcode = LIO_READ;
  second.aio_lio_opcode = LIO_READ;
  REQUIRE(lio_listio(LIO_NOWAIT, read, 2, NULL) == 0);
  REQUIRE(finish(&first) == SIZE);
  REQUIRE(finish(&second) == SIZE);
  REQUIRE(memcmp(data, back, SIZE) == 0);
  REQUIRE(memcmp(data, back + SIZE, SIZE) == 0);
  REQUIRE(aio_cancel(fildes, NULL) == AIO_ALLDONE);
  return 0;
}

int calls(void) {
  static char data[SIZE];
  static char back[2 * SIZE];
  for (int i = 0; i < SIZE; ++i) data[i] = (char)(i * 7 + i / 256);

  FILE* file = tmpfile();
  REQUIRE(file != NULL);
  REQUIRE(single_requests(fileno(file), data, back) == 0);
  REQUIRE(lists(fileno(file), data, back) == 0);
  REQUIRE(fclose(file) == 0);
  return 0;
}
