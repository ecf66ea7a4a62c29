// SPDX-License-Identifier: MIT
//
// The kernel's own asynchronous I/O and I/O priorities, for which libc has no names. Each returns
// what the system call does, or -1 with errno.
#pragma once

#include <linux/aio_abi.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#include "sys/clock.h"

namespace aiox::sys {

/// io_setup(2): a context for that many requests.
inline long aio_setup(unsigned entries, aio_context_t* context) noexcept {
  return ::syscall(SYS_io_setup, entries, context);
}

/// io_destroy(2): blocks until the context's requests are over.
inline void aio_destroy(aio_context_t context) noexcept { ::syscall(SYS_io_destroy, context); }

/// io_submit(2).
inline long aio_submit(aio_context_t context, iocb** blocks, std::size_t count) noexcept {
  return ::syscall(SYS_io_submit, context, static_cast<long>(count), blocks);
}

/// Where the kernel cannot write.
inline constexpr long kNowhere = -1;

/// Sleeps until the context has an event, and leaves it there: io_getevents(2) for one event, which
/// waits for it, cannot write it to where it was asked to, and moves nothing. Returns 0 when the
/// time was over, or else -1, with EFAULT when there is an event.
inline long aio_await_event(aio_context_t context, Nanoseconds time) noexcept {
  timespec timeout = to_timespec(time);
  return ::syscall(SYS_io_getevents, context, 1L, 1L, kNowhere, &timeout);
}

/// The same for a thread that may have handlers: -1 with EINTR after one, and only then, as
/// io_pgetevents(2) goes on after a stop of the process. Not noexcept, since a cancellation may
/// unwind out of it.
inline long aio_await_event_or_signal(aio_context_t context, Nanoseconds time) {
  timespec timeout = to_timespec(time);
  return ::syscall(SYS_io_pgetevents, context, 1L, 1L, kNowhere, &timeout, nullptr);
}

/// I/O priorities, as ioprio_set(2) says. <linux/ioprio.h> has them, too, but not always for C++:
/// some of its versions name a parameter `class`.
enum class IoPriorityClass { kNone = 0, kRealTime = 1, kBestEffort = 2, kIdle = 3 };
inline constexpr int kIoPriorityLevels = 8;  // of a class; 0 is the highest
inline constexpr int kIoPriorityClassShift = 13;

constexpr int io_priority(IoPriorityClass of, int level) noexcept {
  return static_cast<int>(of) << kIoPriorityClassShift | level;
}
constexpr IoPriorityClass io_priority_class(long priority) noexcept {
  return static_cast<IoPriorityClass>(priority >> kIoPriorityClassShift);
}

/// The `which` of ioprio_get(2) and ioprio_set(2) for a thread, 0 the calling one.
inline constexpr int kIoPriorityOfThread = 1;

/// ioprio_get(2) of the calling thread: what was set, 0 where nothing was.
inline long own_io_priority() noexcept { return ::syscall(SYS_ioprio_get, kIoPriorityOfThread, 0); }

}  // namespace aiox::sys
