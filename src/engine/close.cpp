// SPDX-License-Identifier: MIT
//
// What becomes of the requests of a descriptor that is about to be closed, and of all at exit.
//
// While prepare_close() is at it a number takes no new request, and when it returns nothing of ours
// touches the number any more: what has not started is cancelled, but for accepted writes and syncs
// on files, which are carried out first; what runs on a file is waited for. What may wait for ever
// is not: the system call of its worker holds the file itself and not the number, once it has
// begun. Such a request is abandoned: off the descriptor, and over when its call returns.
//
// A submission counts the closes of its number before it looks at the file, and is refused (EBADF)
// if there was one since: what it has seen is being closed. After the kernel has freed a number its
// next owner may be faster than our caller's return; so the number takes requests again before the
// system call, and not after it.
#include <algorithm>
#include <cerrno>
#include <climits>

#include "engine/engine.h"
#include "sys/clock.h"

namespace aiox {

using sys::MutexLock;
using sys::Nanoseconds;
using sys::SignalsBlocked;

namespace {

// So long after a worker has taken a request its system call has begun, and so long after a worker
// was woken or is to be created it has taken one.
constexpr Nanoseconds kTimeToBegin = 20 * sys::kNanosecondsPerMillisecond;

Nanoseconds deadline_in(long milliseconds) noexcept {
  return sys::monotonic_now() + milliseconds * sys::kNanosecondsPerMillisecond;
}

}  // namespace

bool Engine::is_used(int fildes) noexcept {
  const Descriptor* const descriptor = fildes >= 0 ? descriptors_.find(fildes) : nullptr;
  return descriptor != nullptr && descriptor->is_used();
}

void Engine::prepare_close(int first, int last, const SignalsBlocked& proof) noexcept {
  end_requests(first, last,
               {.writes = config_.at_end(sys::Option::kClose),
                .deadline = deadline_in(config_.get(sys::Option::kCloseMs)),
                .closes = true,
                .begun = descriptors_.now(proof)},
               proof);
}

void Engine::drain(const SignalsBlocked& proof) noexcept {
  notifier_.mute(true);
  draining_.store(true, std::memory_order_relaxed);
  end_requests(0, INT_MAX,
               {.writes = sys::AtEnd::kFinish,
                .deadline = deadline_in(config_.get(sys::Option::kExitMs)),
                .closes = false,
                .begun = UINT64_MAX},
               proof);
  draining_.store(false, std::memory_order_relaxed);
  notifier_.mute(false);
}

void Engine::end_requests(int first, int last, const Ending& ending,
                          const SignalsBlocked& proof) noexcept {
  const auto for_each = [&](auto&& visit) {
    descriptors_.for_each_used(first, last, ending.begun, visit);
  };
  // First all are told, then each is waited for: they come to their ends side by side. What is in
  // use stays so while it is being closed, and what comes into use since then is left out: the same
  // descriptors are visited each time, but for those that another close was through with before
  // they were told.
  if (ending.closes) {
    for_each([&](int fildes, Descriptor& descriptor) {
      Aftermath aftermath;
      {
        MutexLock lock(descriptor.mutex, proof);
        if (!descriptor.was_used_before(ending.begun)) {
          return;
        }
        ++descriptor.closing;
        cancel_all(descriptor, ending.writes == sys::AtEnd::kFinish, aftermath, proof);
        stop_watching_in_vain(descriptor, fildes);
      }
      settle(aftermath, proof);
    });
  }
  for_each(
      [&](int fildes, Descriptor& descriptor) { wait_for_end(fildes, descriptor, ending, proof); });
  if (ending.closes) {
    for_each([&](int fildes, Descriptor& descriptor) {
      MutexLock lock(descriptor.mutex, proof);
      --descriptor.closing;
      ++descriptor.closes;
      descriptors_.note_shortcut(fildes, Shortcut::kUnknown);
      if (descriptor.closing == 0 && descriptor.is_empty()) {
        descriptor.used_since.store(0, std::memory_order_relaxed);
      }
    });
  }
}

// Returns when nothing is left to be waited for. Two deadlines: at the first what has not started
// is cancelled; at the second all that runs has begun its system call, and is abandoned.
void Engine::wait_for_end(int fildes, Descriptor& descriptor, const Ending& ending,
                          const SignalsBlocked& proof) noexcept {
  const std::size_t number = WaitWords::of_this_thread();
  Nanoseconds deadline = ending.deadline;
  for (bool is_cancelled = false, is_relied_on = false;;) {
    const std::uint32_t seen = wait_words_.read(number);
    WaitWords::watch(descriptor.closers, number);
    Aftermath aftermath;
    Rest rest = Rest::kNothing;
    {
      MutexLock lock(descriptor.mutex, proof);
      rest = rest_on(descriptor, ending);
      if (!is_relied_on) {  // what runs now is all that will
        rely_on_all(descriptor);
        is_relied_on = true;
      }
      const Nanoseconds now = sys::monotonic_now();
      const bool is_time = rest == Rest::kEndless || (rest == Rest::kOfFile && now >= deadline);
      if (is_time && ending.closes && !is_cancelled) {
        cancel_all(descriptor, false, aftermath, proof);
        is_cancelled = true;
        deadline = now + kTimeToBegin;
      } else if (rest != Rest::kNothing && now >= deadline) {
        rest = Rest::kNothing;
        if (ending.closes) {
          abandon(descriptor, aftermath);
          stop_watching_in_vain(descriptor, fildes);
        }
      }
    }
    settle(aftermath, proof);
    if (rest == Rest::kNothing) {
      return;
    }
    const Nanoseconds patience = sys::monotonic_now() + kTimeToBegin;
    const int error = wait_words_.sleep(number, seen, std::min(deadline, patience));
    if (error == ETIMEDOUT) {
      kernel_.poll_all(proof);
      if (is_held_up()) {
        help(descriptor, proof);
      }
    }
  }
}

// Whether one of our threads may wait, in libc, for a lock that the caller's own thread holds, as
// it does in a handler that has interrupted malloc(), say: a closer, or one that looks for the end
// of a request. That some create threads now and then is no reason: to carry out in their place
// what is queued may take for ever, on the file of a dead server.
bool Engine::is_held_up() const noexcept {
  return pool_.is_held_up() || kernel_.is_held_up() || creating_.any_is_long();
}

// Carries out what is queued on a descriptor, and what its syncs may wait for, as there may be no
// worker that does. What is running is held by nobody who waits in libc: a worker creates others
// before it takes a request, and tells of it after it has left the descriptor.
void Engine::help(Descriptor& descriptor, const SignalsBlocked& proof) noexcept {
  help_with(descriptor, proof);
  {
    MutexLock lock(descriptor.mutex, proof);
    if (!descriptor.has_syncs()) {
      return;
    }
  }
  descriptors_.for_each_writing([&](int fildes) {
    Descriptor& other = *descriptors_.find(fildes);
    bool is_covered = false;
    {
      MutexLock lock(other.mutex, proof);
      is_covered = other.has_barriers();
    }
    if (is_covered) {
      help_with(other, proof);
    }
  });
}

void Engine::help_with(Descriptor& descriptor, const SignalsBlocked& proof) noexcept {
  while (Request* const request = take_queued(descriptor, proof)) {
    finish(*request, perform_here(rest_of(*request), proof), proof);
  }
}

// Starts a request of a file in place of a worker, or of a submitter that has not come to it.
Request* Engine::take_queued(Descriptor& descriptor, const SignalsBlocked& proof) noexcept {
  MutexLock lock(descriptor.mutex, proof);
  for (Descriptor::List* const list : descriptor.lists()) {
    for (Request* request = list->front(); request != nullptr;
         request = Descriptor::List::next(*request)) {
      if (may_wait(request->operation.kind)) {
        continue;
      }
      if (request->transition(request->generation(), State::kQueued, State::kRunning)) {
        queue_.remove(*request, proof);
        return request;
      }
      if (request->context != io::KernelAio::kNoContext &&
          request->transition(request->generation(), State::kWaiting, State::kRunning)) {
        return request;
      }
    }
  }
  return nullptr;
}

Engine::Rest Engine::rest_on(Descriptor& descriptor, const Ending& ending) noexcept {
  Rest rest = Rest::kNothing;
  for (const Descriptor::List* const list : descriptor.lists()) {
    const Request* const request = list->front();
    if (request == nullptr) {
      continue;
    }
    if (may_wait(request->operation.kind)) {
      rest = rest == Rest::kNothing && ending.closes ? Rest::kEndless : rest;
    } else if (ending.closes || request->operation.opcode != Opcode::kRead) {
      rest = Rest::kOfFile;
    }
  }
  return rest;
}

// Takes what runs off its descriptor, whose number may soon stand for another file.
void Engine::abandon(Descriptor& descriptor, Aftermath& aftermath) noexcept {
  for (Descriptor::List* const list : descriptor.lists()) {
    while (Request* const request = list->front()) {
      leave(*request, descriptor, ETIMEDOUT, aftermath);
      request->abandoned = true;
    }
  }
}

}  // namespace aiox
