/* SPDX-License-Identifier: MIT
 *
 * Of requests to one file that are blocked for want of a resource, the one with the higher priority
 * gets it first. For which files this is so is for the implementation to say.
 *
 * The process has a realtime policy, as otherwise the order is unspecified. Three reads wait on a
 * pipe, of which the second has a lower priority than the third.
 *
 * POSIX.1-2017, XSH 2.8.2 Asynchronous I/O
 */
#include <sched.h>

#include "conformance.h"

int main(void) {
  const long lowest = sysconf(_SC_AIO_PRIO_DELTA_MAX);
  if (lowest < 1) skip("there is one priority only");
  const struct sched_param priority = {.sched_priority = sched_get_priority_max(SCHED_FIFO) / 2};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) == -1)
    skip("the process may not have a realtime policy here");
  const struct channel pipe = silent_pipe();
  char buffers[3] = "";
  struct aiocb first = request(pipe.reader, &buffers[0], 1, 0);
  struct aiocb low = request(pipe.reader, &buffers[1], 1, 0);
  struct aiocb high = request(pipe.reader, &buffers[2], 1, 0);
  low.aio_reqprio = (int)lowest;
  queued(aio_read(&first), "aio_read");
  queued(aio_read(&low), "aio_read");
  queued(aio_read(&high), "aio_read");
  check_equal(write(pipe.writer, "abc", 3), 3, "what write returned");
  check_equal(success(&first), 1, "the return status of the first");
  check_equal(success(&high), 1, "the return status of the more urgent one");
  check_equal(success(&low), 1, "the return status of the less urgent one");
  if (memcmp(buffers, "abc", 3) == 0) skip("a pipe keeps the order of the calls here");
  check(buffers[0] == 'a' && buffers[2] == 'b' && buffers[1] == 'c',
        "the more urgent one has read before the other");
  return 0;
}
