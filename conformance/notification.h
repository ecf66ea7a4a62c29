/* SPDX-License-Identifier: MIT
 *
 * How a program asks to be told.
 */
#pragma once

#include <time.h>

#include "conformance.h"

static inline struct sigevent by_signal(int signo, int value) {
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = signo;
  event.sigev_value.sival_int = value;
  return event;
}

static inline struct sigevent by_thread(void (*function)(union sigval), void* value) {
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = function;
  event.sigev_value.sival_ptr = value;
  return event;
}

/* Whether the blocked signal comes within a twentieth of a second, for one that shall not come. */
static inline int comes(int signo) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signo);
  const struct timespec time = {.tv_nsec = 50000000};
  return sigtimedwait(&set, NULL, &time) == signo;
}
