/* SPDX-License-Identifier: MIT
 *
 * Included ahead of each source of the Open POSIX Test Suite, so that these can stay as they are.
 *
 * The suite, of 2004, runs its tests only where _POSIX_ASYNCHRONOUS_IO is the number of
 * POSIX.1-2001; that of any later edition makes each of them end at once as unsupported. And it
 * lacks includes, which the headers of its time brought by chance.
 */
#pragma once

#define _XOPEN_SOURCE 600

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#undef _POSIX_ASYNCHRONOUS_IO
#define _POSIX_ASYNCHRONOUS_IO 200112L
