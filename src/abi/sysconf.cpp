// SPDX-License-Identifier: MIT
//
// sysconf(): the three limits that the library enforces, and libc's answer to all other questions.
#include <unistd.h>

#include "request/operation.h"
#include "sys/config.h"
#include "sys/real_calls.h"

extern "C" [[gnu::visibility("default")]] long sysconf(int name) noexcept {
  switch (name) {
    case _SC_AIO_MAX:
    case _SC_AIO_LISTIO_MAX: return aiox::sys::config().get(aiox::sys::Option::kMaxRequests);
    case _SC_AIO_PRIO_DELTA_MAX: return aiox::kReqprioMax;
    default: return aiox::sys::system_limit(name);
  }
}
