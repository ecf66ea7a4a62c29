/* SPDX-License-Identifier: MIT
 *
 * D5: An interrupted lio_listio(LIO_WAIT) leaves its stack frame linked.
 *
 * When the requests end, memory is written that has long become something else: data are corrupted,
 * or SIGSEGV comes.
 *
 * The wait leaves nothing behind but a bit.
 *
 * The interrupted call was made by a thread that has ended since, on a stack which is taken away.
 */
#include <stdatomic.h>
#include <sys/mman.h>

#include "defects.h"

enum { STACK = 256 * 1024 };

static struct aiocb reading;
static atomic_int is_back;

static void nothing(int signo) { (void)signo; }

static void* be_interrupted(void* unused) {
  struct aiocb* const list[] = {&reading};
  check_equal(lio_listio(LIO_WAIT, list, 1, NULL), -1, "lio_listio");
  check_error(errno, EINTR, "errno");
  is_back = 1;
  return unused;
}

int main(void) {
  const struct channel pipe = silent_pipe();
  char byte;
  struct sigaction action = {.sa_handler = nothing};
  must(sigaction(SIGUSR1, &action, NULL), "sigaction");
  reading = request(pipe.reader, &byte, 1, 0);
  reading.aio_lio_opcode = LIO_READ;

  void* const stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(stack != MAP_FAILED, "a stack can be mapped");
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  check(pthread_attr_setstack(&attributes, stack, STACK) == 0, "a thread can have that stack");
  pthread_t thread;
  check(pthread_create(&thread, &attributes, be_interrupted, NULL) == 0, "a thread can be had");
  while (!is_back) {
    pthread_kill(thread, SIGUSR1);
    sched_yield();
  }
  check(pthread_join(thread, NULL) == 0, "the thread ends");
  must(mprotect(stack, STACK, PROT_NONE), "mprotect");

  break_silence(pipe);
  check_equal(success(&reading), 1, "the return status");
  return 0;
}
