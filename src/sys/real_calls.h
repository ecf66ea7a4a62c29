// SPDX-License-Identifier: MIT
//
// libc's own calls where the library exports the plain name: by names that cannot be interposed, so
// that they work before our constructor, in handlers and statically, with no look-up.
#pragma once

#include <stdio.h>

// NOLINTBEGIN(readability-identifier-naming, bugprone-reserved-identifier): libc's names
extern "C" {
int __close(int fildes);
int __dup2(int from, int to) noexcept;
long __sysconf(int name) noexcept;
int _IO_fclose(FILE* stream);
}
// NOLINTEND(readability-identifier-naming, bugprone-reserved-identifier)

namespace aiox::sys {

/// close(2), a cancellation point.
inline int close_descriptor(int fildes) { return __close(fildes); }

/// dup2(2).
inline int duplicate_to(int from, int to) noexcept { return __dup2(from, to); }

/// fclose(3) and pclose(3), which in libc are one.
inline int close_stream(FILE* stream) { return _IO_fclose(stream); }

/// sysconf(3).
inline long system_limit(int name) noexcept { return __sysconf(name); }

}  // namespace aiox::sys
