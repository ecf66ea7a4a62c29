// SPDX-License-Identifier: MIT
//
// The size of files beyond which a write raises SIGXFSZ in the thread that makes it.
#pragma once

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace aiox::sys {

/// RLIMIT_FSIZE; 0 where it cannot be known. By number, as libc asks prlimit64(), which takes twice
/// as long: it is asked for each write that the caller makes or submits.
inline rlim_t file_size_limit() noexcept {
  static_assert(sizeof(rlim_t) == sizeof(long), "the call has another structure there");
  rlimit size{};
  return ::syscall(SYS_getrlimit, RLIMIT_FSIZE, &size) == 0 ? size.rlim_cur : 0;
}

}  // namespace aiox::sys
