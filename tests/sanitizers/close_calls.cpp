// SPDX-License-Identifier: MIT
//
// The calls that end a descriptor, in a program under clang's ThreadSanitizer that is linked with
// libaiox.so: straight to the library.
//
// ThreadSanitizer's own definitions, weak ones in the program, come before the library's. They take
// the descriptor as closed and then call the library, which first ends the descriptor's requests:
// what its threads do meanwhile would count as a race with the close. The definitions here win over
// the weak ones. When all is over the library calls libc's __close(), which ThreadSanitizer has a
// definition of as well: so it learns of the close at the right moment, and a call of ours that is
// not over by then is a race that it reports. (What dup2() and the others end it does not hear of:
// the library has it ended by names and system calls that it does not know.)
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

namespace {

template <typename Function>
void find_next(Function*& function, const char* name) noexcept {
  function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// Found early, since a look-up is nothing for a signal handler.
struct LibraryCalls {
  LibraryCalls() noexcept {
    find_next(close, "close");
    find_next(dup2, "dup2");
    find_next(dup3, "dup3");
    find_next(fclose, "fclose");
    find_next(pclose, "pclose");
  }

  int (*close)(int fildes);
  int (*dup2)(int from, int to);
  int (*dup3)(int from, int to, int flags);
  int (*fclose)(FILE* stream);
  int (*pclose)(FILE* stream);
};

[[gnu::init_priority(101)]] const LibraryCalls library;

}  // namespace

extern "C" {

int close(int fildes) { return library.close(fildes); }

int dup2(int from, int to) noexcept { return library.dup2(from, to); }

int dup3(int from, int to, int flags) noexcept { return library.dup3(from, to, flags); }

int fclose(FILE* stream) { return library.fclose(stream); }

int pclose(FILE* stream) { return library.pclose(stream); }
}  // extern "C"
