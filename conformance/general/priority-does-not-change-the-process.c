/* SPDX-License-Identifier: MIT
 *
 * The value of aio_reqprio has no effect on the scheduling of the process.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include <sched.h>
#include <sys/resource.h>

#include "conformance.h"

int main(void) {
  const long lowest = sysconf(_SC_AIO_PRIO_DELTA_MAX);
  const int file = temporary_file(O_RDWR);
  char bytes[] = "1";
  struct sched_param before, after;
  must(sched_getparam(0, &before), "sched_getparam");
  const int policy = must(sched_getscheduler(0), "sched_getscheduler");
  const int nice_value = getpriority(PRIO_PROCESS, 0);
  struct aiocb block = request(file, bytes, 1, 0);
  block.aio_reqprio = (int)lowest;
  queued(aio_write(&block), "aio_write");
  check_equal(success(&block), 1, "the return status");
  must(sched_getparam(0, &after), "sched_getparam");
  check_equal(after.sched_priority, before.sched_priority, "the scheduling priority");
  check_equal(sched_getscheduler(0), policy, "the scheduling policy");
  check_equal(getpriority(PRIO_PROCESS, 0), nice_value, "the nice value");
  return 0;
}
