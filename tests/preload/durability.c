/* SPDX-License-Identifier: MIT
 *
 * A program that wants its writes on the disk, as it would on any AIO. durability.sh traces its
 * system calls; so what it writes and the names by which it opens its files tell which is which.
 * Each case ends by saying that all was as it should be, or that what it is about did not come
 * about this time, and by a signal of its own if it hangs.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 16, COVERED = 32, LATER = 8, MUCH = 32 << 20 };

struct write {
  struct aiocb block;
  char text[SIZE + 1];
};

static struct write covered[COVERED];
static struct write later[LATER];
static struct aiocb sync_block;

static int ended_as_it_should(void) {
  fputs("as it should be\n", stderr);
  return 0;
}

static int not_this_time(void) {
  fputs("not this time\n", stderr);
  return 0;
}

static void require(int holds, const char* claim) {
  if (holds) return;
  fprintf(stderr, "not so: %s\n", claim);
  exit(1);
}

static int open_file(const char* name, int flags) {
  const int fildes = open(name, O_RDWR | O_CREAT | flags, 0600);
  require(fildes != -1, name);
  return fildes;
}

/* The file "file", by another name: strace tells the writes through that apart from all others. */
static int open_other_name(const char* name) {
  close(open_file("file", 0));
  require(link("file", name) == 0, name);
  return open_file(name, 0);
}

static void prepare(struct write* write, int fildes, const char* what, int number) {
  const size_t length = strlen(what);
  memset(write->text, '0', SIZE);
  memcpy(write->text, what, length);
  write->text[length] = '-';
  write->text[SIZE - 2] = (char)('0' + number / 10);
  write->text[SIZE - 1] = (char)('0' + number % 10);
  write->block = (struct aiocb){.aio_fildes = fildes,
                                .aio_buf = write->text,
                                .aio_nbytes = SIZE,
                                .aio_offset = (off_t)number * SIZE,
                                .aio_lio_opcode = LIO_WRITE};
  write->block.aio_sigevent.sigev_notify = SIGEV_NONE;
}

static void start(struct write* write, int fildes, const char* what, int number) {
  prepare(write, fildes, what, number);
  require(aio_write(&write->block) == 0, "aio_write() accepts");
}

static void start_sync(int fildes, int operation) {
  sync_block = (struct aiocb){.aio_fildes = fildes};
  sync_block.aio_sigevent.sigev_notify = SIGEV_NONE;
  require(aio_fsync(operation, &sync_block) == 0, "aio_fsync() accepts");
}

/* Waits, and leaves the error status in errno. */
static ssize_t finish(struct aiocb* block) {
  const struct aiocb* const list[] = {block};
  while (aio_error(block) == EINPROGRESS) aio_suspend(list, 1, NULL);
  errno = aio_error(block);
  return aio_return(block);
}

/* Leaves a line in the trace. */
static void mark(const char* name) {
  require(access(name, F_OK) == -1, "there is no file of that name");
}

/* Many writes through every kind of descriptor, a sync, and some more writes. */
static int covered_writes(int operation) {
  const int file = open_file("file", 0);
  const int descriptors[] = {file, dup(file), open_file("file", 0), open_file("file", O_APPEND)};
  for (int i = 0; i < COVERED; ++i) start(&covered[i], descriptors[i % 4], "covered", i);
  start_sync(file, operation);
  for (int i = 0; i < LATER; ++i) start(&later[i], descriptors[i % 4], "later", i);
  require(finish(&sync_block) == 0, "the sync succeeds");
  mark("sync-completed");
  for (int i = 0; i < COVERED; ++i)
    require(aio_error(&covered[i].block) == 0 && aio_return(&covered[i].block) == SIZE,
            "a covered write is over when the sync is");
  for (int i = 0; i < LATER; ++i)
    require(finish(&later[i].block) == SIZE, "a later write succeeds");
  return ended_as_it_should();
}

/* What is written by the name "held" does not get through. */
static int uncovered_write_is_held(int held, int held_comes_first) {
  const int synced = open_other_name("synced");
  const int file = open_file("file", 0);
  static char much[MUCH];
  if (held_comes_first) start(&later[0], held, "held", COVERED);
  for (int i = 0; i < LATER; ++i) {
    prepare(&covered[i], file, "covered", 0); /* each over the one before */
    covered[i].block.aio_buf = much;
    covered[i].block.aio_nbytes = MUCH;
    require(aio_write(&covered[i].block) == 0, "aio_write() accepts");
  }
  start_sync(synced, O_SYNC);
  if (!held_comes_first) start(&later[0], held, "held", COVERED);
  /* They are large and take a while; but if they are over by now, the sync may be, too. */
  int in_time = held_comes_first;
  for (int i = 0; i < LATER; ++i) in_time |= aio_error(&covered[i].block) == EINPROGRESS;
  require(finish(&sync_block) == 0, "the sync succeeds");
  for (int i = 0; i < LATER; ++i)
    require(aio_error(&covered[i].block) == 0, "a covered write is over when the sync is");
  require(aio_error(&later[0].block) == EINPROGRESS, "the held write is still in progress");
  return in_time ? ended_as_it_should() : not_this_time();
}

/* What is written by the name "failing" fails with EIO. */
static int covered_write_fails(void) {
  const int failing = open_other_name("failing");
  const int file = open_file("file", 0);
  for (int i = 0; i < COVERED; ++i)
    start(&covered[i], i == 5 ? failing : file, i == 5 ? "failing" : "covered", i);
  start_sync(failing, O_SYNC);
  const int in_time = aio_error(&covered[5].block) == EINPROGRESS;
  const ssize_t result = finish(&sync_block);
  const int error = errno;
  require(finish(&covered[5].block) == -1 && errno == EIO, "the write fails");
  if (!in_time) return not_this_time();
  require(result == -1 && error == EIO, "the sync reports the error of the write");
  start_sync(failing, O_SYNC);
  require(finish(&sync_block) == 0, "a sync that does not cover that write succeeds");
  return ended_as_it_should();
}

/* Descriptors that promise that what is written is on the disk when the write is over. */
static int synchronous_writes(void) {
  static const struct {
    const char* name;
    int flag;
  } kinds[] = {{"osync", O_SYNC}, {"odsync", O_DSYNC}};
  for (int kind = 0; kind < 2; ++kind) {
    const int fildes = open_file(kinds[kind].name, kinds[kind].flag);
    const int flags = fcntl(fildes, F_GETFL);
    require((flags & O_SYNC) == kinds[kind].flag, "the flag is there");
    for (int i = 0; i < LATER; ++i) {
      start(&later[i], fildes, kinds[kind].name, i);
      require(finish(&later[i].block) == SIZE, "the write succeeds");
      char name[SIZE * 2];
      snprintf(name, sizeof name, "completed-%s", later[i].text);
      mark(name);
    }
    require(fcntl(fildes, F_GETFL) == flags, "the flags are what they were");
  }
  return ended_as_it_should();
}

int main(int argc, char** argv) {
  const char* const what = argc == 2 ? argv[1] : "";
  alarm(60);
  if (strcmp(what, "sync") == 0) return covered_writes(O_SYNC);
  if (strcmp(what, "dsync") == 0) return covered_writes(O_DSYNC);
  if (strcmp(what, "later_write") == 0) return uncovered_write_is_held(open_other_name("held"), 0);
  if (strcmp(what, "other_file") == 0) return uncovered_write_is_held(open_file("held", 0), 1);
  if (strcmp(what, "failing_write") == 0) return covered_write_fails();
  return strcmp(what, "synchronous") == 0 ? synchronous_writes() : 2;
}
