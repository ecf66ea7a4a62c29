/* SPDX-License-Identifier: MIT
 *
 * Threads that end or are cancelled around the calls, plugins that come and go, and a process that
 * is stopped and continued.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lifecycle.h"

static struct aiocb block;
static char buffer[64];

static void* wait_for_ever(void* awaited) {
  const struct aiocb* const list[] = {awaited};
  aio_suspend(list, 1, NULL);
  return NULL;
}

static int cancellation_of_a_suspension(void) {
  int writing_end;
  struct aiocb* const pending = pending_read(&writing_end);
  pthread_t thread;
  void* result = NULL;
  pthread_create(&thread, NULL, wait_for_ever, pending);
  pthread_cancel(thread);
  pthread_join(thread, &result);
  int wrong = check(result == PTHREAD_CANCELED, "aio_suspend() is a cancellation point");
  wrong |= check(completes(pending, writing_end), "the request completes all the same");
  return wrong | use_of_all_kinds();
}

/* Every call, with a cancellation pending: only some are cancellation points. */
static void* all_calls(void* unused) {
  (void)unused;
  const struct timespec no_time = {0, 0};
  struct aiocb* const list[] = {&block};
  pthread_cancel(pthread_self());
  aio_read(&block);
  aio_error(&block);
  aio_cancel(block.aio_fildes, &block);
  aio_return(&block);
  aio_fsync(O_SYNC, &block);
  aio_cancel(block.aio_fildes, NULL);
  block.aio_lio_opcode = LIO_READ;
  lio_listio(LIO_NOWAIT, list, 1, NULL);
  lio_listio(LIO_WAIT, list, 1, NULL);
  aio_suspend((const struct aiocb* const*)list, 1, &no_time);
  close(block.aio_fildes);
  return NULL;
}

static int cancellation_around_every_call(void) {
  int wrong = 0;
  for (int i = 0; i < 100; ++i) {
    pthread_t thread;
    void* result = NULL;
    const int file = open("/proc/self/exe", O_RDONLY);
    prepare(&block, file, buffer, sizeof buffer, 0);
    pthread_create(&thread, NULL, all_calls, NULL);
    pthread_join(thread, &result);
    wrong |= check(result == PTHREAD_CANCELED, "the thread is cancelled");
    finish(&block);
    close(file);
  }
  return wrong | use_of_all_kinds();
}

static void* busy(void* file) {
  const struct aiocb* const list[] = {&block};
  for (;;) {
    prepare(&block, *(int*)file, buffer, sizeof buffer, 0);
    if (aio_read(&block) != 0) return NULL;
    aio_cancel(*(int*)file, NULL);
    aio_suspend(list, 1, NULL);
    finish(&block);
    close(dup(*(int*)file));
    pthread_testcancel();
  }
}

/* From another thread, at any moment. */
static int cancellation_at_any_moment(void) {
  int wrong = 0;
  int file = must(open("/proc/self/exe", O_RDONLY), "open");
  for (int i = 0; i < 100; ++i) {
    pthread_t thread;
    void* result = NULL;
    pthread_create(&thread, NULL, busy, &file);
    for (int spin = 0; spin < i * 200; ++spin) aio_error(&block);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    wrong |= check(result == PTHREAD_CANCELED, "the thread is cancelled");
    finish(&block);
  }
  return wrong | use_of_all_kinds();
}

static void* submit_and_end(void* submitted) {
  if (aio_read(submitted) != 0) return submitted;
  pthread_exit(NULL);
  return NULL;
}

static int submitting_thread_ends(void) {
  int ends[2];
  pthread_t thread;
  void* result = &thread;
  must(pipe(ends), "pipe");
  prepare(&block, ends[0], buffer, 1, 0);
  pthread_create(&thread, NULL, submit_and_end, &block);
  pthread_join(thread, &result);
  int wrong = check(result == NULL, "the thread has submitted");
  wrong |= check(aio_error(&block) == EINPROGRESS, "its request goes on");
  wrong |= check(write(ends[1], "x", 1) == 1 && finish(&block) == 1, "and completes");
  return wrong | use_of_all_kinds();
}

static void pthread_exit_of_callback(union sigval unused) {
  (void)unused;
  pthread_exit(NULL);
}

static int callback_that_ends_its_thread(void) {
  for (int i = 0; i < 50; ++i) {
    prepare(&block, open("/proc/self/exe", O_RDONLY), buffer, 1, 0);
    block.aio_sigevent.sigev_notify = SIGEV_THREAD;
    block.aio_sigevent.sigev_notify_function = pthread_exit_of_callback;
    must(aio_read(&block), "aio_read");
    finish(&block);
    close(block.aio_fildes);
  }
  return use_of_all_kinds();
}

/* Its memory goes; what is in flight has its memory here. */
static int plugin_that_goes(void) {
  char path[4096];
  int wrong = 0;
  int ends[2];
  must(pipe(ends), "pipe");
  snprintf(path, sizeof path, "%s", program);
  char* const slash = strrchr(path, '/');
  snprintf(slash != NULL ? slash + 1 : path, 64, "liblifecycle_plugin.so");
  for (int i = 0; i < 10; ++i) {
    void* const plugin = dlopen(path, RTLD_NOW);
    if (plugin == NULL) return check(0, dlerror());
    int (*submit)(struct aiocb*) = NULL;
    *(void**)&submit = dlsym(plugin, "plugin_read");
    prepare(&block, ends[0], buffer, 1, 0);
    wrong |= check(submit(&block) == 0, "the plugin submits");
    dlclose(plugin);
    wrong |= check(aio_error(&block) == EINPROGRESS, "the request outlives the plugin");
    wrong |= check(write(ends[1], "x", 1) == 1 && finish(&block) == 1, "and completes");
  }
  return wrong | use_of_all_kinds();
}

static int stopped_and_continued(void) {
  int ends[2];
  must(pipe(ends), "pipe");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    prepare(&block, ends[0], buffer, 1, 0);
    must(aio_read(&block), "aio_read");
    raise(SIGSTOP);
    const int wrong = check(finish(&block) == 1, "the request completes after the stop");
    _exit(wrong | use_of_all_kinds());
  }
  int status = 0;
  int wrong = check(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status), "stopped");
  wrong |= check(write(ends[1], "x", 1) == 1, "data come meanwhile");
  kill(child, SIGCONT);
  return wrong | check(ended_well(child), "the child ends well");
}

const struct life_case thread_cases[] = {
    {"cancellation_of_a_suspension", cancellation_of_a_suspension},
    {"cancellation_around_every_call", cancellation_around_every_call},
    {"cancellation_at_any_moment", cancellation_at_any_moment},
    {"submitting_thread_ends", submitting_thread_ends},
    {"callback_that_ends_its_thread", callback_that_ends_its_thread},
    {"plugin_that_goes", plugin_that_goes},
    {"stopped_and_continued", stopped_and_continued},
    {NULL, NULL},
};
