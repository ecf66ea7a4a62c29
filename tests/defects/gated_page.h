/* SPDX-License-Identifier: MIT
 *
 * A buffer that the kernel can neither read nor write until the program lets it: so also a request
 * on a regular file is in progress for as long as the test wants. It is a page that is not there,
 * whose faults userfaultfd(2) reports. Direct I/O, since that is never tried in the calling thread.
 */
#pragma once

#include <linux/userfaultfd.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "conformance.h"

enum { PAGE = 4096 };

struct gated_page {
  void* address;
  int faults;
};

static inline struct gated_page closed_page(void) {
  struct gated_page page = {.faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC)};
  if (page.faults == -1) skip("userfaultfd() is not allowed here");
  struct uffdio_api api = {.api = UFFD_API};
  must(ioctl(page.faults, UFFDIO_API, &api), "UFFDIO_API");
  page.address = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(page.address != MAP_FAILED, "a page can be mapped");
  struct uffdio_register area = {.range = {.start = (uintptr_t)page.address, .len = PAGE},
                                 .mode = UFFDIO_REGISTER_MODE_MISSING};
  must(ioctl(page.faults, UFFDIO_REGISTER, &area), "UFFDIO_REGISTER");
  return page;
}

/* Waits until somebody wants the page, and has to wait in turn. */
static inline void wait_until_wanted(struct gated_page page) {
  struct uffd_msg message;
  if (read(page.faults, &message, sizeof message) != (ssize_t)sizeof message)
    fail("cannot prepare: userfaultfd: %s", strerror(errno));
}

static inline void open_page(struct gated_page page) {
  struct uffdio_zeropage zero = {.range = {.start = (uintptr_t)page.address, .len = PAGE}};
  must(ioctl(page.faults, UFFDIO_ZEROPAGE, &zero), "UFFDIO_ZEROPAGE");
}

/* A file of that many pages, for direct I/O. */
static inline int direct_file(int pages) {
  static const char page[PAGE];
  const int plain = temporary_file(O_RDWR);
  for (int i = 0; i < pages; ++i)
    if (pwrite(plain, page, sizeof page, i * (off_t)PAGE) != PAGE)
      fail("cannot prepare: pwrite: %s", strerror(errno));
  char name[64];
  snprintf(name, sizeof name, "/dev/fd/%d", plain);
  const int fildes = open(name, O_RDWR | O_DIRECT);
  if (fildes == -1) skip("no direct I/O on this file system");
  return fildes;
}
