/* SPDX-License-Identifier: MIT
 *
 * Knows of aiox, and asks it whether it served the round.
 */
#include <aiox/aiox.h>
#include <stdio.h>

#include "calls.h"

int main(void) {
  struct aiox_statistics stats = {.size = sizeof stats};
  if (calls() != 0) return 1;
  if (aiox_stats(&stats) != 0) return 1;
  if (stats.read.completed != CALLS_READS || stats.write.completed != CALLS_WRITES ||
      stats.fsync.completed != CALLS_FSYNCS || stats.outstanding != 0) {
    fprintf(stderr, "aiox did not serve it\n");
    return 1;
  }
  puts(aiox_version());
  return 0;
}
