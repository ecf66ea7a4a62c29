/* SPDX-License-Identifier: MIT
 *
 * A round through all calls of <aio.h>, as a program that knows nothing of aiox writes it. It is
 * compiled for each kind of reference (see references.h) and linked in each way.
 */
#pragma once

/* How many requests a round makes, all of which succeed. */
enum { CALLS_READS = 3, CALLS_WRITES = 3, CALLS_FSYNCS = 2 };

/* Makes the round on a temporary file and verifies the data. Returns 0, or 1 after it said on
 * standard error what was wrong. */
int calls(void);
