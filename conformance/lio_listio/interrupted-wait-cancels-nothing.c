/* SPDX-License-Identifier: MIT
 *
 * When it fails with EINTR, the requests are not cancelled: they complete, with their
 * notifications.
 *
 * The interrupted call's part of the stack is overwritten before they do.
 *
 * POSIX.1-2017, lio_listio(), ERRORS
 */
#include "interruption.h"
#include "notification.h"

enum { ENTRIES = 16 };

static struct channel pipes[ENTRIES];
static struct aiocb blocks[ENTRIES];

static void note(int signo) { (void)signo; }

static void wait_in_vain(void) {
  struct aiocb* list[ENTRIES];
  for (int i = 0; i < ENTRIES; ++i) list[i] = &blocks[i];
  check_equal(lio_listio(LIO_WAIT, list, ENTRIES, NULL), -1, "what lio_listio returned");
  check_error(errno, EINTR, "errno");
}

static void overwrite_stack(void) {
  volatile char garbage[65536];
  for (size_t i = 0; i < sizeof garbage; ++i) garbage[i] = 0x5a;
}

int main(void) {
  static char buffers[ENTRIES];
  block_signal(SIGRTMIN);
  for (int i = 0; i < ENTRIES; ++i) {
    pipes[i] = silent_pipe();
    blocks[i] = request(pipes[i].reader, &buffers[i], 1, 0);
    blocks[i].aio_lio_opcode = LIO_READ;
    blocks[i].aio_sigevent = by_signal(SIGRTMIN, i);
  }
  const timer_t timer = interrupt_every(2000000, note, 0);
  wait_in_vain();
  stop_interruption(timer);
  overwrite_stack();
  for (int i = 0; i < ENTRIES; ++i) {
    check_error(aio_error(&blocks[i]), EINPROGRESS, "an error status after the interruption");
    break_silence(pipes[i]);
    check_equal(receive(SIGRTMIN).si_value.sival_int, i, "the value of a request's signal");
    check_equal(success(&blocks[i]), 1, "a return status");
  }
  return 0;
}
