/* SPDX-License-Identifier: MIT
 *
 * The list's notification occurs when all the operations are complete, also when one of them has
 * failed.
 *
 * The failing write is in progress until nobody can read from its pipe any more.
 *
 * POSIX.1-2017, lio_listio(), DESCRIPTION
 */
#include "notification.h"

int main(void) {
  must(sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), "sigaction");
  const int file = temporary_file(O_RDWR);
  const struct channel pipe = full_pipe();
  char bytes[] = "12345";
  struct aiocb good = request(file, bytes, 5, 0);
  struct aiocb bad = request(pipe.writer, bytes, 5, 0);
  good.aio_lio_opcode = bad.aio_lio_opcode = LIO_WRITE;
  struct aiocb* const list[] = {&bad, &good};
  block_signal(SIGRTMIN);
  struct sigevent event = by_signal(SIGRTMIN, 4711);
  queued(lio_listio(LIO_NOWAIT, list, 2, &event), "lio_listio");
  check_equal(success(&good), 5, "the return status of the good one");
  must(close(pipe.reader), "close");
  check_equal(receive(SIGRTMIN).si_value.sival_int, 4711, "the signal's value");
  check_error(aio_error(&bad), EPIPE, "the error status of the other");
  check_equal(aio_return(&bad), -1, "its return status");
  return 0;
}
