/* SPDX-License-Identifier: MIT
 *
 * seccomp <group> <EPERM|ENOSYS>
 *
 * A program in a sandbox that answers so to some system calls. It makes a round through all calls,
 * on files and on every kind of stream, with signals, and in a child, and checks what comes. Status
 * 77: no sandbox to be had.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

enum { MOST = 8, SIZE = 8, BLOCK = 4096, BLOCKS = 8 };

static const struct {
  const char* name;
  int calls[MOST]; /* -1: no more */
} groups[] = {
    {"epoll",
     {SYS_epoll_create1, SYS_epoll_create, SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait,
      SYS_epoll_pwait2, -1}},
    {"epoll_ctl", {SYS_epoll_ctl, -1}},
    {"epoll_wait", {SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2, -1}},
    {"preadv2", {SYS_preadv2, SYS_pwritev2, -1}},
    {"vmsplice", {SYS_vmsplice, -1}},
    {"preadv2_and_vmsplice", {SYS_preadv2, SYS_pwritev2, SYS_vmsplice, -1}},
    {"clone3", {SYS_clone3, -1}},
    {"futex_waitv", {SYS_futex_waitv, -1}},
    {"kernel_aio",
     {SYS_io_setup, SYS_io_submit, SYS_io_getevents, SYS_io_pgetevents, SYS_io_destroy, -1}},
    {"io_setup", {SYS_io_setup, -1}},
    {"io_submit", {SYS_io_submit, -1}},
    {"io_getevents", {SYS_io_getevents, -1}},
    {"io_pgetevents", {SYS_io_pgetevents, -1}},
    {"ioprio_get", {SYS_ioprio_get, -1}},
    {"preadv2_and_kernel_aio", {SYS_preadv2, SYS_io_setup, SYS_io_submit, SYS_io_getevents, -1}},
    {"getrlimit", {SYS_getrlimit, SYS_prlimit64, -1}},
    {"madvise", {SYS_madvise, -1}},
    {"close_range", {SYS_close_range, -1}},
    {"sigqueue", {SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, -1}},
    {"nothing", {-1}},
};

/* From now on these calls fail with that error. */
static int forbid(const int* calls, int error) {
  struct sock_filter code[MOST + 3];
  unsigned short length = 0;
  unsigned count = 0;
  while (calls[count] != -1) ++count;
  code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                (unsigned)offsetof(struct seccomp_data, nr));
  for (unsigned i = 0; i < count; ++i) {
    code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i],
                                                  (unsigned char)(count - i), 0);
  }
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[length++] = (struct sock_filter)BPF_STMT(
      BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA));
  struct sock_fprog program = {.len = length, .filter = code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                 prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0
             ? 0
             : -1;
}

static int wrong;

static void check(int holds, const char* what, const char* claim) {
  if (holds) return;
  fprintf(stderr, "not so, on %s: %s (%s)\n", what, claim, strerror(errno));
  wrong = 1;
}

static void prepare(struct aiocb* block, int fildes, char* bytes) {
  memset(block, 0, sizeof *block);
  block->aio_fildes = fildes;
  block->aio_buf = bytes;
  block->aio_nbytes = SIZE;
  block->aio_sigevent.sigev_notify = SIGEV_NONE;
}

static ssize_t finish(struct aiocb* block) {
  const struct aiocb* const list[] = {block};
  while (aio_error(block) == EINPROGRESS) aio_suspend(list, 1, NULL);
  errno = aio_error(block);
  return aio_return(block);
}

/* Reads wait before the data come, and come in order; a read that waits does not hold up a write;
 * and one can be cancelled, if perhaps only where it has not begun to wait in a thread. */
static void stream(const char* what, int reader, int writer) {
  static char bytes[SIZE] = "\1\0\0\0\0\0\0";
  static struct aiocb first, second, third, written;
  static char in_first[SIZE], in_second[SIZE], in_third[SIZE];
  memset(in_first, 0, SIZE);
  memset(in_second, 0, SIZE);
  prepare(&first, reader, in_first);
  prepare(&second, reader, in_second);
  check(aio_read(&first) == 0 && aio_read(&second) == 0, what, "reads are accepted");
  for (bytes[0] = 1; bytes[0] <= 2; ++bytes[0]) {
    prepare(&written, writer, bytes);
    check(aio_write(&written) == 0 && finish(&written) == SIZE, what, "writes pass");
    check(finish(bytes[0] == 1 ? &first : &second) == SIZE, what, "reads end");
  }
  check(in_first[0] == 1 && in_second[0] == 2, what, "reads come in order");

  prepare(&third, reader, in_third);
  check(aio_read(&third) == 0, what, "another read is accepted");
  const int answer = aio_cancel(reader, &third);
  check(answer == AIO_CANCELED || answer == AIO_NOTCANCELED, what, "aio_cancel() answers");
  if (answer == AIO_NOTCANCELED) {
    check(write(writer, bytes, SIZE) == SIZE, what, "the plain write passes");
  }
  const ssize_t result = finish(&third);
  check(answer == AIO_CANCELED ? result == -1 && errno == ECANCELED : result == SIZE, what,
        "the read ends as aio_cancel() said");
  close(reader);
  close(writer);
}

static void streams(void) {
  int ends[2];
  char folder[] = "/tmp/aiox-seccomp-XXXXXX";
  char path[64];
  check(pipe(ends) == 0, "a pipe", "it can be made");
  stream("a pipe", ends[0], ends[1]);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "sockets", "they can be made");
  stream("sockets", ends[0], ends[1]);
  check(mkdtemp(folder) != NULL, "a FIFO", "it has a folder");
  snprintf(path, sizeof path, "%s/fifo", folder);
  check(mkfifo(path, 0600) == 0, "a FIFO", "it can be made");
  const int both = open(path, O_RDWR);
  ends[0] = open(path, O_RDONLY);
  ends[1] = open(path, O_WRONLY);
  unlink(path);
  rmdir(folder);
  close(both);
  stream("a FIFO", ends[0], ends[1]);
}

/* Blocks are written beside each other, of two urgencies, and are there; one by one and as a list.
 */
static void file(const char* what, int fildes) {
  static _Alignas(BLOCK) char bytes[BLOCKS][BLOCK], back[BLOCKS][BLOCK];
  static struct aiocb blocks[BLOCKS], sync;
  struct aiocb* list[BLOCKS];
  for (int i = 0; i < BLOCKS; ++i) {
    memset(bytes[i], 'a' + i, BLOCK);
    prepare(&blocks[i], fildes, bytes[i]);
    blocks[i].aio_nbytes = BLOCK;
    blocks[i].aio_offset = (off_t)i * BLOCK;
    blocks[i].aio_reqprio = i % 2;
    check(aio_write(&blocks[i]) == 0, what, "writes are accepted");
  }
  prepare(&sync, fildes, NULL);
  check(aio_fsync(O_SYNC, &sync) == 0 && finish(&sync) == 0, what, "it can be synchronised");
  for (int i = 0; i < BLOCKS; ++i) {
    check(finish(&blocks[i]) == BLOCK, what, "writes end");
    blocks[i].aio_buf = back[i];
    check(aio_read(&blocks[i]) == 0 && finish(&blocks[i]) == BLOCK, what, "reads end");
  }
  check(memcmp(bytes, back, sizeof back) == 0, what, "what is read is what was written");
  memset(back, 0, sizeof back);
  for (int i = 0; i < BLOCKS; ++i) {
    blocks[i].aio_lio_opcode = LIO_READ;
    list[i] = &blocks[i];
  }
  check(lio_listio(LIO_WAIT, list, BLOCKS, NULL) == 0, what, "a list ends");
  for (int i = 0; i < BLOCKS; ++i) check(finish(&blocks[i]) == BLOCK, what, "its reads end");
  check(memcmp(bytes, back, sizeof back) == 0, what, "what a list reads is what was written");
  close(fildes);
}

/* In the current folder; -1: it knows no O_DIRECT. */
static int direct_file(void) {
  const int fildes = open(".", O_TMPFILE | O_RDWR | O_DIRECT, 0600);
  if (fildes == -1) fprintf(stderr, "left out: O_DIRECT in this folder: %s\n", strerror(errno));
  return fildes;
}

static void files(void) {
  const int memory = memfd_create("aiox-seccomp", 0);
  check(memory != -1, "a file in memory", "it can be made");
  file("a file in memory", memory);
  FILE* const cached = tmpfile();
  check(cached != NULL, "a file", "it can be made");
  file("a file", dup(fileno(cached)));
  fclose(cached);
  const int direct = direct_file();
  if (direct != -1) file("a file with O_DIRECT", direct);
}

/* To the process and to a thread; in a sandbox perhaps without a value. */
static void signals(void) {
  const struct timespec patience = {.tv_sec = 50, .tv_nsec = 0};
  static char bytes[SIZE];
  struct aiocb block;
  siginfo_t info;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  const int file = open("/proc/self/exe", O_RDONLY);
  for (int i = 0; i < 2; ++i) {
    prepare(&block, file, bytes);
    block.aio_sigevent.sigev_notify = i == 0 ? SIGEV_SIGNAL : SIGEV_THREAD_ID;
    block.aio_sigevent.sigev_signo = SIGUSR1;
    if (i == 1) block.aio_sigevent._sigev_un._tid = getpid();
    check(aio_read(&block) == 0, "signals", "a read is accepted");
    check(sigtimedwait(&set, &info, &patience) == SIGUSR1, "signals", "its signal comes");
    check(finish(&block) == SIZE, "signals", "and it is over");
  }
  close(file);
}

/* It finds no request of its parent's, closes what it has inherited, and starts anew. */
static void child(void) {
  static char byte;
  static struct aiocb pending;
  int ends[2];
  check(pipe(ends) == 0, "a pipe", "it can be made");
  prepare(&pending, ends[0], &byte);
  pending.aio_nbytes = 1;
  check(aio_read(&pending) == 0, "a pipe", "a read is accepted");
  const pid_t child = fork();
  if (child == 0) {
    const struct rlimit few = {.rlim_cur = 256, .rlim_max = 256};
    setrlimit(RLIMIT_NOFILE, &few); /* for a closefrom() that goes through all numbers */
    check(aio_error(&pending) == -1 && errno == EINVAL, "a child", "the request is not its own");
    closefrom(STDERR_FILENO + 1);
    check(fcntl(ends[0], F_GETFD) == -1 && fcntl(ends[1], F_GETFD) == -1, "a child",
          "closefrom() closes");
    exit(calls() != 0 ? 1 : wrong);
  }
  int status = -1;
  check(waitpid(child, &status, 0) == child && status == 0, "a child", "it ends well");
  check(write(ends[1], "x", 1) == 1 && finish(&pending) == 1, "a pipe", "the parent's read ends");
  close(ends[0]);
  close(ends[1]);
}

static void* nothing(void* argument) { return argument; }

static int has_threads(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

/* libc itself has no thread to give: what needs one is refused, and the rest is served. */
static void without_threads(void) {
  static char bytes[SIZE] = "1234567";
  static _Alignas(BLOCK) char block_of_bytes[BLOCK];
  static struct aiocb block;
  int ends[2];
  FILE* const plain = tmpfile();
  check(plain != NULL, "a file", "it can be made");
  prepare(&block, fileno(plain), bytes);
  check(aio_write(&block) == -1 && errno == EAGAIN, "a file", "a write is refused");
  check(aio_error(&block) == EAGAIN, "a file", "what is refused has its error as status");
  check(lseek(fileno(plain), 0, SEEK_END) == 0, "a file", "nothing was written");
  const int direct = direct_file();
  prepare(&block, direct, block_of_bytes);
  block.aio_nbytes = BLOCK;
  check(direct == -1 || (aio_write(&block) == -1 && errno == EAGAIN), "a file with O_DIRECT",
        "a write is refused");
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "sockets", "they can be made");
  prepare(&block, ends[1], bytes);
  check(aio_write(&block) == 0 && finish(&block) == SIZE, "sockets", "what need not wait passes");
  prepare(&block, ends[0], bytes);
  check(aio_read(&block) == 0 && finish(&block) == SIZE, "sockets", "what need not wait passes");
  prepare(&block, ends[0], bytes);
  check(aio_read(&block) == -1 && errno == EAGAIN, "sockets", "what has to wait is refused");
}

static int descriptors(void) {
  int count = 0;
  for (int fildes = 0; fildes < 4096; ++fildes) count += fcntl(fildes, F_GETFD) != -1;
  return count;
}

static int answer_of(const char* name) {
  if (strcmp(name, "EPERM") == 0) return EPERM;
  return strcmp(name, "ENOSYS") == 0 ? ENOSYS : 0;
}

int main(int argc, char** argv) {
  const int error = argc == 3 ? answer_of(argv[2]) : 0;
  for (size_t i = 0; error != 0 && i < sizeof groups / sizeof *groups; ++i) {
    if (strcmp(argv[1], groups[i].name) != 0) continue;
    if (forbid(groups[i].calls, error) != 0) {
      fprintf(stderr, "skipped: no seccomp filter here: %s\n", strerror(errno));
      return 77;
    }
    alarm(60);
    if (!has_threads()) {
      without_threads();
      return wrong;
    }
    const int before = descriptors();
    if (calls() != 0) return 1;
    streams();
    files();
    signals();
    child();
    check(descriptors() <= before + 1, "all", "no descriptor is left behind but one");
    return wrong;
  }
  fprintf(stderr, "usage: seccomp <group> <EPERM|ENOSYS>\n");
  return 2;
}
