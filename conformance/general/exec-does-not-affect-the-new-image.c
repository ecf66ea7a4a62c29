/* SPDX-License-Identifier: MIT
 *
 * The new image is not affected by what was outstanding at exec: it can use asynchronous I/O on the
 * same descriptors.
 *
 * If the old image's read has not been cancelled but carried out, it has one of two bytes; the
 * other is for the new image.
 *
 * POSIX.1-2017, exec, DESCRIPTION
 */
#include "conformance.h"

static void new_image(struct channel pipe) {
  char buffer[1];
  struct aiocb block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  break_silence(pipe);
  break_silence(pipe);
  check_equal(success(&block), 1, "the return status in the new image");
  check(buffer[0] == '!', "the byte is there");
  check_equal(aio_cancel(pipe.reader, NULL), AIO_ALLDONE, "what aio_cancel returned");
}

int main(int argc, char* argv[]) {
  if (argc == 3) {
    new_image((struct channel){.reader = atoi(argv[1]), .writer = atoi(argv[2])});
    return 0;
  }
  const struct channel pipe = silent_pipe();
  static struct aiocb block;
  static char buffer[1];
  block = request(pipe.reader, buffer, sizeof buffer, 0);
  queued(aio_read(&block), "aio_read");
  char reader[16], writer[16];
  snprintf(reader, sizeof reader, "%d", pipe.reader);
  snprintf(writer, sizeof writer, "%d", pipe.writer);
  execl(argv[0], argv[0], reader, writer, (char*)NULL);
  fail("cannot prepare: execl: %s", strerror(errno));
}
