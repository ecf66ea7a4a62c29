// SPDX-License-Identifier: MIT
//
// libc's own calls where the library exports the plain name: by names that cannot be interposed, so
// that they work before our constructor, in handlers and statically, with no look-up.
#pragma once

extern "C" {
int __close(int fildes);
int __dup2(int from, int to) noexcept;
long __sysconf(int name) noexcept;
}

namespace aiox::sys {

/// close(2), a cancellation point.
inline int close_descriptor(int fildes) { return __close(fildes); }

/// dup2(2).
inline int duplicate_to(int from, int to) noexcept { return __dup2(from, to); }

/// sysconf(3).
inline long system_limit(int name) noexcept { return __sysconf(name); }

}  // namespace aiox::sys
