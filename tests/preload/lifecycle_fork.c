/* SPDX-License-Identifier: MIT
 *
 * Children of every make, and exec.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lifecycle.h"

extern char** environ;

enum { kInFlight = 32, kForks = 200, kBlock = 512 };

static pid_t raw_clone(void) { return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }

/* In a child, with a request that is its parent's. */
static int child_of(struct aiocb* block) {
  const struct aiocb* const list[] = {block};
  const int fildes = block->aio_fildes;
  int wrong = check(aio_error(block) == -1 && errno == EINVAL, "the parent's request is not ours");
  wrong |= check(aio_suspend(list, 1, NULL) == 0, "nobody waits for it");
  wrong |= check(aio_cancel(fildes, NULL) == AIO_ALLDONE, "there is nothing to cancel");
  wrong |= use_of_all_kinds();
  static struct aiocb again;
  static char buffer[1];
  prepare(&again, fildes, buffer, 1, 0);
  wrong |= check(aio_read(&again) == 0, "the inherited descriptor takes requests");
  wrong |= check(close(fildes) == 0, "it can be closed");
  return wrong | check(aio_error(&again) == ECANCELED, "which cancels the child's request");
}

static int child_made_by(pid_t (*make)(void)) {
  int writing_end;
  struct aiocb* const block = pending_read(&writing_end);
  int wrong = check(read_a_file() == 1, "there are workers");
  const pid_t child = must(make(), "fork");
  if (child == 0) _exit(child_of(block));
  wrong |= check(ended_well(child), "the child ends well");
  wrong |= check(aio_error(block) == EINPROGRESS, "the parent's request is still in progress");
  wrong |= check(completes(block, writing_end), "it completes in the parent");
  return wrong | use_of_all_kinds();
}

static int child_of_fork(void) { return child_made_by(fork); }
static int child_of_plain_fork(void) { return child_made_by(_Fork); }
static int child_of_raw_clone(void) { return child_made_by(raw_clone); }

static int child_that_exits(void) {
  int writing_end;
  struct aiocb* const block = pending_read(&writing_end);
  const pid_t child = must(fork(), "fork");
  if (child == 0) exit(read_a_file() == 1 ? 0 : 1); /* with the parent's exit handlers */
  int wrong = check(ended_well(child), "the child exits");
  wrong |= check(aio_error(block) == EINPROGRESS, "which leaves the parent's request alone");
  return wrong | check(completes(block, writing_end), "it completes in the parent");
}

static int daemon_that_forks_twice(void) {
  int writing_end;
  pending_read(&writing_end);
  if (read_a_file() != 1) return 1;
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    setsid();
    const pid_t grandchild = fork();
    if (grandchild != 0) _exit(ended_well(grandchild) && use_of_all_kinds() == 0 ? 0 : 1);
    close_range(3, ~0U, 0);
    _exit(use_of_all_kinds());
  }
  return check(ended_well(child), "both generations can use AIO");
}

/* A daemon's way of its own, which the library cannot see. */
static int daemon_that_closes_all_by_system_calls(void) {
  int writing_end;
  pending_read(&writing_end);
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    int wrong = use_of_all_kinds();
    syscall(SYS_close_range, 3U, ~0U, 0U);
    _exit(wrong | use_of_all_kinds());
  }
  return check(ended_well(child), "the daemon can use AIO");
}

static int four_generations(void) {
  const int before = open_descriptors();
  int wrong = use_of_all_kinds();
  const int with_library = open_descriptors();
  wrong |= check(with_library <= before + 1, "the library has one descriptor");
  int status = 0;
  for (int generation = 0; generation < 4; ++generation) {
    const pid_t child = must(fork(), "fork");
    if (child != 0) {
      if (!ended_well(child)) wrong = 1;
      status = wrong;
      break;
    }
    wrong = use_of_all_kinds();
    wrong |= check(open_descriptors() == with_library, "no generation leaks a descriptor");
    status = wrong;
    if (generation == 3) _exit(status);
  }
  _exit(check(status == 0, "all generations are well"));
}

/* Requests in flight while the process forks again and again; each completes once, here. */
static int forks_under_load(void) {
  static struct aiocb blocks[kInFlight];
  static char buffers[kInFlight][kBlock];
  static char back[kBlock];
  const int file = temporary_file();
  int wrong = 0;
  int round[kInFlight] = {0};
  const char* const fewer = getenv("LIFECYCLE_FORKS"); /* where each takes long */
  const int forks = fewer != NULL ? atoi(fewer) : kForks;
  for (int i = 0; i < forks; ++i) {
    for (int slot = 0; slot < kInFlight; ++slot) {
      if (round[slot] != 0 && aio_error(&blocks[slot]) == EINPROGRESS) continue;
      if (round[slot] != 0) wrong |= check(aio_return(&blocks[slot]) == kBlock, "it is written");
      memset(buffers[slot], ++round[slot], kBlock);
      prepare(&blocks[slot], file, buffers[slot], kBlock, (off_t)slot * kBlock);
      must(aio_write(&blocks[slot]), "aio_write");
    }
    const pid_t child = must(i % 2 == 0 ? fork() : _Fork(), "fork");
    if (child == 0) {
      int in_child = 0;
      for (int slot = 0; slot < kInFlight; ++slot) in_child |= aio_error(&blocks[slot]) > 0;
      _exit(in_child | (i % 8 == 0 && read_a_file() != 1));
    }
    wrong |= check(ended_well(child), "the child waits for nothing");
  }
  for (int slot = 0; slot < kInFlight; ++slot) {
    wrong |= check(finish(&blocks[slot]) == kBlock, "all is written in the end");
    wrong |= check(pread(file, back, kBlock, (off_t)slot * kBlock) == kBlock &&
                       memcmp(back, buffers[slot], kBlock) == 0,
                   "as it was given");
  }
  return wrong;
}

/* A child of vfork() has our memory, and descriptors of its own. */
static int child_of_vfork_closes(void) {
  int writing_end;
  struct aiocb* const block = pending_read(&writing_end);
  const pid_t child = vfork();
  if (child == 0) {
    close(block->aio_fildes);
    dup2(STDERR_FILENO, writing_end);
    close_range(3, ~0U, 0);
    execl(program, program, "nothing", (char*)NULL);
    _exit(127);
  }
  int wrong = check(ended_well(child), "the child executes");
  wrong |= check(aio_error(block) == EINPROGRESS, "the parent's request is still in progress");
  return wrong | check(completes(block, writing_end), "it completes");
}

static int posix_spawn_with_actions(void) {
  int writing_end;
  struct aiocb* const block = pending_read(&writing_end);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclose(&actions, block->aio_fildes);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, writing_end);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  char* const arguments[] = {program, "nothing", NULL};
  pid_t child;
  int wrong = check(posix_spawn(&child, program, &actions, NULL, arguments, environ) == 0, "spawn");
  posix_spawn_file_actions_destroy(&actions);
  wrong |= check(ended_well(child), "the child executes");
  wrong |= check(aio_error(block) == EINPROGRESS, "the parent's request is still in progress");
  return wrong | check(completes(block, writing_end), "it completes");
}

static int exec_in_flight(void) {
  static struct aiocb write_block;
  static char buffer[100000];
  int writing_end;
  pending_read(&writing_end);
  prepare(&write_block, temporary_file(), buffer, sizeof buffer, 0);
  must(aio_write(&write_block), "aio_write");
  execl(program, program, "nothing", (char*)NULL);
  return 2;
}

const struct life_case fork_cases[] = {
    {"child_of_fork", child_of_fork},
    {"child_of_plain_fork", child_of_plain_fork},
    {"child_of_raw_clone", child_of_raw_clone},
    {"child_that_exits", child_that_exits},
    {"daemon_that_forks_twice", daemon_that_forks_twice},
    {"daemon_that_closes_all_by_system_calls", daemon_that_closes_all_by_system_calls},
    {"four_generations", four_generations},
    {"forks_under_load", forks_under_load},
    {"child_of_vfork_closes", child_of_vfork_closes},
    {"posix_spawn_with_actions", posix_spawn_with_actions},
    {"exec_in_flight", exec_in_flight},
    {NULL, NULL},
};
