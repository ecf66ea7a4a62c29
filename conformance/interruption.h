/* SPDX-License-Identifier: MIT
 *
 * A handler that interrupts the program again and again. So a call that shall be interrupted while
 * it waits is, without a guess when it begins to wait: if one signal comes too early, the next does
 * not.
 */
#pragma once

#include <time.h>

#include "conformance.h"

static inline timer_t interrupt_every(long nanoseconds, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  must(sigaction(SIGALRM, &action, NULL), "sigaction");

  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGALRM;
  timer_t timer;
  must(timer_create(CLOCK_MONOTONIC, &event, &timer), "timer_create");
  const struct itimerspec times = {.it_interval.tv_nsec = nanoseconds,
                                   .it_value.tv_nsec = nanoseconds};
  must(timer_settime(timer, 0, &times, NULL), "timer_settime");
  return timer;
}

/* No handler runs afterwards. */
static inline void stop_interruption(timer_t timer) {
  must(timer_delete(timer), "timer_delete");
  must(sigaction(SIGALRM, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), "sigaction");
}
