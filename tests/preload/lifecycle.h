/* SPDX-License-Identifier: MIT
 *
 * What the cases of the life of a process have in common. A case returns 0 if all was as it should
 * be. Requests that are not about to complete live in static memory.
 */
#pragma once

#include <aio.h>
#include <sys/types.h>

struct life_case {
  const char* name;
  int (*run)(void);
};

/* Ended by an entry without a name. */
extern const struct life_case fork_cases[];
extern const struct life_case exit_cases[];
extern const struct life_case thread_cases[];

/* The program's own path. */
extern char* program;

/* Says what does not hold; 1 for that, and 0 for what holds. */
int check(int holds, const char* claim);

/* Ends the process with status 2 where `result`, of a call that prepares a case, is -1. */
int must(int result, const char* call);

void prepare(struct aiocb* block, int fildes, void* buffer, size_t nbytes, off_t offset);

/* A read that does not end by itself, on a pipe whose other end stays open. */
struct aiocb* pending_read(int* writing_end);

/* Whether the writing end's byte completes that read. */
int completes(struct aiocb* block, int writing_end);

ssize_t finish(struct aiocb* block);

/* By AIO, from start to end: 1 if all is well. */
ssize_t read_a_file(void);
int use_of_all_kinds(void);

/* Waits for the child: whether it exited with that status, or 0. */
int ended_with(pid_t child, int status);
int ended_well(pid_t child);

/* A file without a name. */
int temporary_file(void);

int open_descriptors(void);
