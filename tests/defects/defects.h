/* SPDX-License-Identifier: MIT
 *
 * What the programs of this folder share. Each shows one defect of glibc's AIO: it fails where the
 * defect is there, be it that it never ends, for which the runner has a limit.
 *
 * A program starts with a comment of paragraphs, of which the documents are made: the SPDX line;
 * the defect, after its number; what a program sees of it; what aiox does; perhaps more.
 */
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>

#include "conformance.h"

/* More than the threads that serve requests by default: 20 with glibc. */
enum { MANY = 32 };

/* Reads of silent pipes, which wait until they are let go. */
struct crowd {
  struct channel pipes[MANY];
  struct aiocb reads[MANY];
  char bytes[MANY];
};

static inline void assemble(struct crowd* crowd) {
  for (int i = 0; i < MANY; ++i) {
    crowd->pipes[i] = silent_pipe();
    crowd->reads[i] = request(crowd->pipes[i].reader, &crowd->bytes[i], 1, 0);
    queued(aio_read(&crowd->reads[i]), "aio_read");
  }
}

static inline void let_go(struct crowd* crowd) {
  for (int i = 0; i < MANY; ++i) break_silence(crowd->pipes[i]);
  for (int i = 0; i < MANY; ++i)
    check_equal(success(&crowd->reads[i]), 1, "the return status of a pipe's read");
}

/* Has the program tell of its end with this signal, and this value. */
static inline void tell_by_signal(struct aiocb* block, int signo, int value) {
  block->aio_sigevent.sigev_notify = SIGEV_SIGNAL;
  block->aio_sigevent.sigev_signo = signo;
  block->aio_sigevent.sigev_value.sival_int = value;
}

/* Waits for a child, which shall have ended well. */
static inline void wait_for(pid_t child) {
  int status = 0;
  must(waitpid(child, &status, 0), "waitpid");
  if (status != 0) fail("the child ended with status %#x", (unsigned)status);
}
