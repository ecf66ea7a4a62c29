/* SPDX-License-Identifier: MIT
 *
 * A program that forks, executes and exits with requests in flight, as it would on any AIO. Each
 * case ends with status 0 if all was as it should be, and by a signal of its own if it hangs.
 */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char byte;

static int check(int holds, const char* claim) {
  if (!holds) fprintf(stderr, "not so: %s\n", claim);
  return holds ? 0 : 1;
}

/* A read that does not end by itself, on a pipe whose other end stays open. */
static struct aiocb* pending_read(int* writing_end) {
  static struct aiocb block;
  int ends[2];
  if (pipe(ends) != 0) exit(2);
  *writing_end = ends[1];
  memset(&block, 0, sizeof block);
  block.aio_fildes = ends[0];
  block.aio_buf = &byte;
  block.aio_nbytes = 1;
  if (aio_read(&block) != 0) exit(2);
  return &block;
}

static ssize_t finish(struct aiocb* block) {
  const struct aiocb* const list[] = {block};
  while (aio_error(block) == EINPROGRESS) aio_suspend(list, 1, NULL);
  return aio_return(block);
}

static ssize_t read_a_file(void) {
  static struct aiocb block;
  char first;
  memset(&block, 0, sizeof block);
  block.aio_fildes = open("/proc/self/exe", O_RDONLY);
  block.aio_buf = &first;
  block.aio_nbytes = 1;
  return aio_read(&block) == 0 ? finish(&block) : -1;
}

static int ended_well(pid_t child) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int child_of_fork(void) {
  int writing_end;
  struct aiocb* const block = pending_read(&writing_end);
  const pid_t child = fork();
  if (child == 0) {
    int wrong =
        check(aio_error(block) != EINPROGRESS, "the child has no part in the parent's request");
    wrong |= check(read_a_file() == 1, "the child can use AIO itself");
    _exit(wrong);
  }
  int wrong = check(ended_well(child), "the child ends well");
  wrong |= check(aio_error(block) == EINPROGRESS, "the parent's request is still in progress");
  wrong |= check(write(writing_end, "x", 1) == 1 && finish(block) == 1 && byte == 'x',
                 "the parent's request completes in the parent");
  return wrong;
}

static int daemon_that_forks_twice(void) {
  if (read_a_file() != 1) return 1;
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(read_a_file() == 1 ? 0 : 1);
    _exit(ended_well(grandchild) && read_a_file() == 1 ? 0 : 1);
  }
  return check(ended_well(child), "both generations can use AIO");
}

static int exec_in_flight(char* self) {
  int writing_end;
  pending_read(&writing_end);
  execl(self, self, "nothing", (char*)NULL);
  return 2;
}

static int exit_in_flight(void) {
  int writing_end;
  pending_read(&writing_end);
  exit(0);
}

static void in_an_exit_handler(void) { _exit(read_a_file() == 1 ? 0 : 1); }

static int aio_in_an_exit_handler(void) {
  atexit(in_an_exit_handler);
  exit(1);
}

static void* wait_for_ever(void* block) {
  const struct aiocb* const list[] = {block};
  aio_suspend(list, 1, NULL);
  return NULL;
}

static int thread_cancellation(void) {
  int writing_end;
  struct aiocb* const block = pending_read(&writing_end);
  pthread_t thread;
  void* result = NULL;
  pthread_create(&thread, NULL, wait_for_ever, block);
  pthread_cancel(thread);
  pthread_join(thread, &result);
  int wrong = check(result == PTHREAD_CANCELED, "aio_suspend() is a cancellation point");
  wrong |= check(write(writing_end, "x", 1) == 1 && finish(block) == 1,
                 "the request completes all the same");
  wrong |= check(read_a_file() == 1, "the library goes on");
  return wrong;
}

int main(int argc, char** argv) {
  const char* const what = argc == 2 ? argv[1] : "";
  alarm(60);
  if (strcmp(what, "child_of_fork") == 0) return child_of_fork();
  if (strcmp(what, "daemon_that_forks_twice") == 0) return daemon_that_forks_twice();
  if (strcmp(what, "exec_in_flight") == 0) return exec_in_flight(argv[0]);
  if (strcmp(what, "exit_in_flight") == 0) return exit_in_flight();
  if (strcmp(what, "aio_in_an_exit_handler") == 0) return aio_in_an_exit_handler();
  if (strcmp(what, "thread_cancellation") == 0) return thread_cancellation();
  return strcmp(what, "nothing") == 0 ? 0 : 2;
}
