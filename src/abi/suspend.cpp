// SPDX-License-Identifier: MIT
//
// aio_suspend(), through which a thread's cancellation unwinds: nothing in suspend() needs
// destruction, and what it leaves behind is a bit in a mask (engine/wait_words.h).
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "abi/calls.h"
#include "abi/process.h"
#include "abi/reply.h"
#include "sys/clock.h"
#include "sys/futex.h"
#include "sys/spin.h"

namespace aiox::abi {
namespace {

// So long a thread that relies on the reaper sleeps before it looks whether that gets on, and takes
// events itself if not: see Engine::is_held_up().
constexpr sys::Nanoseconds kPatience = 100 * sys::kNanosecondsPerMillisecond;

// Whether aio_suspend() has nothing to wait for. With `number` given, the requests that are in
// progress wake that word when they complete.
enum class Watch { kNo, kYes };

bool is_over(Engine* engine, const aiocb* const list[], int nent, Watch watch,
             std::size_t number) noexcept {
  if (engine == nullptr) {
    return true;
  }
  bool any = false;
  for (int i = 0; i < nent; ++i) {
    if (list[i] == nullptr) {
      continue;
    }
    any = true;
    int status = 0;
    const bool waits = watch == Watch::kYes
                           ? engine->watch(*list[i], number)
                           : engine->status(*list[i], status) == 0 && status == EINPROGRESS;
    if (!waits) {
      return true;
    }
  }
  return !any;
}

// Whether something is over soon. A thread for which that is so goes on spinning; one whose
// requests take longer, as a device's do, tries it again only now and then. (What the kernel's AIO
// serves is a device's: nobody spins for it.) A handler that
// interrupts this does it no harm.
bool is_over_soon(Engine* engine, const aiocb* const list[], int nent,
                  const timespec* timeout) noexcept {
  constexpr int kMostEntries = 32;  // looking at more takes longer than what is waited for
  static constinit thread_local sys::SpinPatience patience;
  const bool has_time = timeout == nullptr || timeout->tv_sec > 0 ||
                        (timeout->tv_sec == 0 && timeout->tv_nsec > sys::kSpinTime);
  if (!engine->may_spin() || nent > kMostEntries || !has_time || !patience.allows()) {
    return false;
  }
  const bool is_soon = sys::spin_until([=] { return is_over(engine, list, nent, Watch::kNo, 0); });
  patience.note(is_soon);
  return is_soon;
}

// There is one.
const aiocb& first_of(const aiocb* const list[]) noexcept {
  while (*list == nullptr) {
    ++list;
  }
  return **list;
}

// Makes a sleep a cancellation point, as libc does it for its own calls: asynchronous for the one
// system call, in which there is nothing that a cancellation could leave half done.
template <typename Sleep>
auto cancellable(const Sleep& sleep) {
  int type = 0;
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);  // NOLINT(concurrency-*)
  const auto result = sleep();
  pthread_setcanceltype(type, nullptr);
  return result;
}

// Whether a handler that ends calls is installed for that signal, or was until it ran, if it is for
// once (SA_RESETHAND): of that one the kernel keeps the flags.
bool has_handler_that_ends_calls(int signal) noexcept {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && (action.sa_flags & SA_RESTART) == 0 &&
         action.sa_handler != SIG_IGN &&
         (action.sa_handler != SIG_DFL ||
          (static_cast<unsigned>(action.sa_flags) & SA_RESETHAND) != 0);
}

// What a thread brings upon itself, and not while it sleeps. Programs often have handlers for these
// (crash reports, garbage collectors, sanitizers) beside others that let calls go on.
bool is_of_a_fault(int signal) noexcept {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
         signal == SIGTRAP || signal == SIGSYS || signal == SIGABRT;
}

// After a handler: whether the calls that it interrupts go on, for all that there are. The kernel
// knows which one ran, and does not tell of it here. Where some let calls go on and others do not,
// the call ends, as it would with either kind alone after one of the latter.
bool handlers_restart_calls() noexcept {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (!is_of_a_fault(signal) && has_handler_that_ends_calls(signal)) {
      return false;
    }
  }
  return true;
}

// What a handler that has run means for a wait until then: an error, or that it goes on.
int after_handler(sys::Nanoseconds deadline) noexcept {
  return deadline == sys::kForever && handlers_restart_calls() ? 0 : EINTR;
}

// Sleeps until one of the requests may be over, where all of them are in one ring of the kernel's
// AIO and nobody else is at it. Else, and where one is over already, false.
bool sleep_on_ring(Engine& engine, std::uint32_t context, const aiocb* const list[], int nent,
                   sys::Nanoseconds deadline, int& error) {
  io::KernelAio& kernel = engine.kernel();
  const sys::Nanoseconds now = sys::monotonic_now();
  const sys::Nanoseconds until = std::min(deadline, now + io::kLease);
  if (!kernel.lease(context, until)) {
    return false;
  }
  io::Wake wake = io::Wake::kFailed;
  const bool are_all_there = std::all_of(list, list + nent, [&](const aiocb* entry) {
    return entry == nullptr || engine.kernel_context(*entry) == context;
  });
  if (are_all_there) {
    wake = cancellable(
        [&] { return kernel.sleep(context, std::max(until - now, sys::Nanoseconds{0})); });
  }
  kernel.end_lease(context, until);
  if (wake == io::Wake::kInterrupted) {
    error = after_handler(deadline);
  } else {
    error = wake == io::Wake::kTimeout && until == deadline ? ETIMEDOUT : 0;
  }
  return wake != io::Wake::kFailed;
}

// Sleeps until one of the requests may be over. Where one is already, false.
bool sleep_on_word(Engine& engine, const aiocb* const list[], int nent, sys::Nanoseconds deadline,
                   int& error) {
  const std::size_t number = WaitWords::of_this_thread();
  const std::uint32_t seen = engine.wait_words().read(number);
  if (is_over(&engine, list, nent, Watch::kYes, number)) {
    return false;
  }
  const bool is_kernels = std::any_of(list, list + nent, [&](const aiocb* entry) {
    return entry != nullptr && engine.depends_on_kernel(*entry);
  });
  const sys::Nanoseconds until =
      is_kernels ? std::min(deadline, sys::monotonic_now() + kPatience) : deadline;
  error = cancellable([&] { return engine.wait_words().sleep(number, seen, until); });
  if (error == ETIMEDOUT && until != deadline) {
    error = 0;
  } else if (error == EINTR && is_kernels) {
    error = after_handler(deadline);
  }
  return true;
}

}  // namespace

int suspend(const aiocb* const list[], int nent, const timespec* timeout) {
  pthread_testcancel();
  const Reply reply;
  if (nent < 0 || (timeout != nullptr &&
                   (timeout->tv_nsec < 0 || timeout->tv_nsec >= sys::kNanosecondsPerSecond))) {
    return reply.with(EINVAL);
  }
  Engine* engine = engine_if_any();
  if (is_over(engine, list, nent, Watch::kNo, 0)) {
    return reply.with(0);
  }
  const std::uint32_t context = engine->kernel_context(first_of(list));
  if (context == io::KernelAio::kNoContext && is_over_soon(engine, list, nent, timeout)) {
    return reply.with(0);
  }
  const sys::Nanoseconds deadline =
      timeout != nullptr ? sys::deadline_after(*timeout) : sys::kForever;
  for (;;) {
    int error = 0;
    if (!sleep_on_ring(*engine, context, list, nent, deadline, error) &&
        !sleep_on_word(*engine, list, nent, deadline, error)) {
      return reply.with(0);
    }
    // Asked for anew: this may be a child by now, forked by a handler, and the ring its parent's.
    engine = engine_if_any();
    if (is_over(engine, list, nent, Watch::kNo, 0)) {
      return reply.with(0);
    }
    if (error == EINTR || error == ETIMEDOUT) {
      return reply.with(error == EINTR ? EINTR : EAGAIN);
    }
  }
}

}  // namespace aiox::abi
