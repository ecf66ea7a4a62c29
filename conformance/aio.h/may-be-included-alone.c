/* SPDX-License-Identifier: MIT
 *
 * The header, without any other, defines struct aiocb, off_t, pthread_attr_t, size_t, ssize_t,
 * struct timespec, struct sigevent and union sigval.
 *
 * POSIX.1-2017, <aio.h>, DESCRIPTION
 */
#include <aio.h>

int main(void) {
  struct aiocb block = {.aio_nbytes = sizeof(struct aiocb)};
  off_t offset = -1;
  pthread_attr_t attributes;
  size_t size = sizeof attributes;
  ssize_t count = -1;
  struct timespec time = {.tv_sec = 1, .tv_nsec = 999999999};
  union sigval value = {.sival_int = 1};
  struct sigevent event = {.sigev_value = value};
  return offset < 0 && count < 0 && size > 0 && time.tv_sec == 1 &&
                 event.sigev_value.sival_int == 1 && block.aio_nbytes > 0
             ? 0
             : 1;
}
