// SPDX-License-Identifier: MIT
//
// close() and its kin: no request of ours touches a number that the program has closed.
//
// A process without AIO pays one load, and one with AIO a few for a descriptor that it was never
// used on. prepare_close() takes locks that nobody holds with signals unblocked, creates no thread,
// and waits for none that does: it may be in a handler that has interrupted malloc() or fork().
//
// A child of vfork() shares our memory and has descriptors of its own: its calls go straight to the
// kernel. The library's own number is not open for the program: EBADF, ranges skip it, and it moves
// away where a file is put on it.
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "abi/process.h"
#include "sys/real_calls.h"
#include "sys/signals.h"

#define AIOX_EXPORT extern "C" [[gnu::visibility("default")]]

namespace aiox::abi {
namespace {

bool is_open(int fildes) noexcept { return ::fcntl(fildes, F_GETFD) != -1; }

// The engine if closing that number is more than a system call; nullptr else.
Engine* concerned(int fildes) noexcept {
  Engine* const present = engine_if_any();
  return present != nullptr && (present->is_used(fildes) || present->owns(fildes))
             ? engine_of_this_process()
             : nullptr;
}

// errno is left alone.
void prepare(Engine& engine, int first, int last) noexcept {
  const int error = errno;
  const sys::SignalsBlocked proof(sys::SignalsBlocked::Threads::kAreForbidden);
  engine.prepare_close(first, last, proof);
  errno = error;
}

// Out of line, so that close() needs no stack frame where there is no AIO.
[[gnu::noinline]] int close_one(int fildes) {
  Engine* const engine = concerned(fildes);
  if (engine == nullptr) {
    return sys::close_descriptor(fildes);
  }
  pthread_testcancel();
  if (engine->owns(fildes)) {
    errno = EBADF;
    return -1;
  }
  const sys::CancellationDisabled whole;  // what has begun is finished
  prepare(*engine, fildes, fildes);
  return sys::close_descriptor(fildes);
}

template <typename Call>
int replace(int from, int to, Call call) noexcept {
  if (Engine* const source = concerned(from); source != nullptr && source->owns(from)) {
    errno = EBADF;
    return -1;
  }
  Engine* const engine = concerned(to);
  if (engine == nullptr || from == to || !is_open(from)) {
    return call();
  }
  if (engine->owns(to)) {
    engine->vacate(to);
  } else {
    prepare(*engine, to, to);
  }
  return call();
}

int close_stream(FILE* stream) {
  const int error = errno;
  const int fildes = ::fileno_unlocked(stream);
  errno = error;
  if (Engine* const engine = concerned(fildes); engine != nullptr) {
    prepare(*engine, fildes, fildes);
  }
  return sys::close_stream(stream);
}

int system_close_range(unsigned first, unsigned last, int flags) noexcept {
  return static_cast<int>(::syscall(SYS_close_range, first, last, flags));
}

int close_range_around(int own, unsigned first, unsigned last) noexcept {
  const auto number = static_cast<unsigned>(own);
  if (own == -1 || number < first || number > last) {
    return system_close_range(first, last, 0);
  }
  if (number > first && system_close_range(first, number - 1, 0) == -1) {
    return -1;
  }
  return number < last ? system_close_range(number + 1, last, 0) : 0;
}

int close_all(unsigned first, unsigned last, int flags) noexcept {
  Engine* const engine = engine_if_any() != nullptr ? engine_of_this_process() : nullptr;
  if (engine == nullptr || flags != 0 || first > last || first > INT_MAX) {
    return system_close_range(first, last, flags);
  }
  prepare(*engine, static_cast<int>(first), static_cast<int>(std::min<unsigned>(last, INT_MAX)));
  return close_range_around(engine->own_descriptor(), first, last);
}

}  // namespace
}  // namespace aiox::abi

namespace abi = aiox::abi;

AIOX_EXPORT int close(int fildes) {
  return abi::may_have_engine() ? abi::close_one(fildes) : aiox::sys::close_descriptor(fildes);
}

AIOX_EXPORT int dup2(int from, int to) noexcept {
  return abi::replace(from, to, [=] { return aiox::sys::duplicate_to(from, to); });
}

AIOX_EXPORT int dup3(int from, int to, int flags) noexcept {
  const auto call = [=] { return static_cast<int>(::syscall(SYS_dup3, from, to, flags)); };
  return (flags & ~O_CLOEXEC) == 0 ? abi::replace(from, to, call) : call();
}

AIOX_EXPORT int close_range(unsigned first, unsigned last, int flags) noexcept {
  return abi::close_all(first, last, flags);
}

AIOX_EXPORT void closefrom(int first) noexcept {
  const int from = std::max(first, 0);
  if (abi::close_all(static_cast<unsigned>(from), UINT_MAX, 0) == 0) {
    return;
  }
  // Before Linux 5.9.
  const long limit = aiox::sys::system_limit(_SC_OPEN_MAX);
  for (int fildes = from; fildes < limit; ++fildes) {
    abi::close_one(fildes);
  }
}

AIOX_EXPORT int fclose(FILE* stream) { return abi::close_stream(stream); }

AIOX_EXPORT int pclose(FILE* stream) { return abi::close_stream(stream); }
