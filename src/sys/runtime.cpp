// SPDX-License-Identifier: MIT
//
// What compiled C++ asks of its runtime library and we answer ourselves, so that neither
// libaiox.so nor a static program pulls in libstdc++.
#include <cstdio>
#include <cstdlib>

#include "sys/assert.h"

// A call through a half-made object. The compiler wants the symbol for every abstract class.
extern "C" [[gnu::visibility("hidden"), noreturn]] void __cxa_pure_virtual() { __builtin_trap(); }

#if defined(AIOX_ASSERTS)

namespace aiox::sys {

void assertion_failed(const char* claim, const char* file, int line) noexcept {
  std::fprintf(stderr, "aiox: assertion failed: %s (%s:%d)\n", claim, file, line);
  std::abort();
}

}  // namespace aiox::sys

#endif
