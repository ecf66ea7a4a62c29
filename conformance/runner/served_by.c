/* SPDX-License-Identifier: MIT
 *
 * Prints the file in which each call of <aio.h> is found, by its plain and its 64 bit name. What it
 * finds is what the programs find that run with the same environment.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

int main(void) {
  static const char* const calls[] = {
      "aio_read",     "aio_write",    "aio_fsync",     "aio_error",   "aio_return",  "aio_cancel",
      "aio_suspend",  "lio_listio",   "aio_read64",    "aio_write64", "aio_fsync64", "aio_error64",
      "aio_return64", "aio_cancel64", "aio_suspend64", "lio_listio64"};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; ++i) {
    void* const call = dlsym(RTLD_DEFAULT, calls[i]);
    Dl_info found;
    if (call == NULL || dladdr(call, &found) == 0) {
      fprintf(stderr, "%s is nowhere\n", calls[i]);
      return 1;
    }
    puts(found.dli_fname);
  }
  return 0;
}
