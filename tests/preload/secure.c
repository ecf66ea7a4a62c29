/* SPDX-License-Identifier: MIT
 *
 * Prints whether the program runs with privileges that its caller has not (AT_SECURE), and AIO_MAX
 * as the library that it is linked with has it.
 */
#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(void) {
  printf("secure=%lu aio_max=%ld\n", getauxval(AT_SECURE), sysconf(_SC_AIO_MAX));
  return 0;
}
