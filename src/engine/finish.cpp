// SPDX-License-Identifier: MIT
//
// The end of a request.
#include <limits.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/engine.h"
#include "io/silenced_signal.h"
#include "sys/aiocb.h"
#include "sys/clock.h"

namespace aiox {

using sys::AiocbPrivate;
using sys::MutexLock;
using sys::SignalsBlocked;

void Engine::serve(Request& request, const SignalsBlocked& proof) noexcept {
  request.started_at = sys::monotonic_now();
  if (!may_wait(request.operation.kind)) {
    finish(request, backend_.perform(rest_of(request)), proof);
    return;
  }
  // Who may wait for a peer must not take the place of one who need not.
  pool_.stand_aside(proof);
  look_after_the_queue(proof);
  Operation part = rest_of(request);
  if (part.kind == FileKind::kPipe && part.opcode == Opcode::kWrite) {
    // A FIFO that is ready has room for that much, so this need not wait.
    part.nbytes = std::min<std::size_t>(part.nbytes, PIPE_BUF);
  }
  const Result result = backend_.perform(part);
  pool_.step_back(proof);
  finish(request, result, proof);
}

void Engine::finish(Request& request, Result result, const SignalsBlocked& proof) noexcept {
  Descriptor& descriptor = *descriptors_.find(request.operation.fildes);
  Aftermath aftermath;
  {
    MutexLock lock(descriptor.mutex, proof);
    if (is_through(request, result)) {
      end(request, descriptor, State::kRunning, result, aftermath, proof);
    } else if (request.abandoned) {
      end(request, descriptor, State::kRunning, cut_short(request, EBADF), aftermath, proof);
    } else {
      go_on(request, descriptor, result.error, aftermath, proof);
    }
  }
  settle(aftermath, proof);
}

// Ends a request that is ours to end, and goes on with the next in its line.
void Engine::end(Request& request, Descriptor& descriptor, State from, Result result,
                 Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  const Opcode direction = request.operation.opcode;
  const int fildes = request.operation.fildes;
  const bool concluded =
      conclude(request, request.generation(), descriptor, from, result, aftermath, proof);
  AIOX_ASSERT(concluded);
  static_cast<void>(concluded);
  advance(descriptor, direction, io::kNone, aftermath, proof);
  stop_watching_in_vain(descriptor, fildes);
}

// The end of a request as far as others can see it. False when somebody else was faster.
bool Engine::conclude(Request& request, std::uint32_t generation, Descriptor& descriptor,
                      State from, Result result, Aftermath& aftermath,
                      const SignalsBlocked& proof) noexcept {
  if (!request.transition(generation, from, State::kDone)) {
    return false;
  }
  if (from == State::kQueued) {
    queue_.remove(request, proof);
  }
  rely_no_more(request);
  if (!request.abandoned) {
    leave(request, descriptor, result.error, aftermath);
  }
  if (request.coverage != nullptr && result.error == 0) {
    // relaxed: ordered by `closed`, which has let this sync run.
    const int error = request.coverage->error.load(std::memory_order_relaxed);
    result = error != 0 ? Result::failure(error) : result;
  }
  if (request.list != nullptr && result.error != 0) {
    request.list->failed.store(true, std::memory_order_relaxed);
  }
  request.completed_at = sys::monotonic_now();
  table_.counters.of(request.operation.opcode).count_end(result.error);
  table_.discharge();
  aiocb& control_block = const_cast<aiocb&>(*request.control_block.load(std::memory_order_relaxed));
  AiocbPrivate(control_block).publish(result.error, result.value);
  aftermath.over.push_back(request);
  // Here, under the lock, as exit waits for no more than this: it may be through, and mute no
  // longer, before this is told of.
  aftermath.muted |= draining_.load(std::memory_order_relaxed);
  return true;
}

void Engine::leave(Request& request, Descriptor& descriptor, int error,
                   Aftermath& aftermath) noexcept {
  descriptor.leave(request, error, aftermath.opened);
  // relaxed: who waits has set its bit before it looked at the descriptor under this lock.
  const bool is_waited_for = descriptor.closers.load(std::memory_order_relaxed) != 0;
  aftermath.left = is_waited_for ? &descriptor : aftermath.left;
  if (request.operation.opcode == Opcode::kWrite && !descriptor.has_writes()) {
    descriptors_.note_writes(request.operation.fildes, false);
  }
}

// After a critical section, with no lock held. The aiocbs of what is over are the program's again.
// A loop and no recursion: where no thread can be had, what one ends sets off the next.
void Engine::settle(Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  for (;;) {
    // First of all: to tell may take a new thread, and to create one a lock that a closer's thread
    // holds.
    wake_closers(aftermath);
    while (Barrier* const barrier = aftermath.opened.pop_front()) {
      pass(*barrier, aftermath, proof);
      wake_closers(aftermath);  // of a descriptor whose sync has ended with it
    }
    while (Request* const request = aftermath.over.pop_front()) {
      tell(*request, aftermath.muted, proof);
    }
    if (aftermath.watched != nullptr) {
      const sys::Stay stay(creating_);
      if (!readiness_.kick(proof)) {
        Descriptor& descriptor = *std::exchange(aftermath.watched, nullptr);
        end_unwatchable(descriptor, aftermath, proof);
        continue;
      }
    }
    Request* const stranded = aftermath.queued || owes() ? take_stranded(proof) : nullptr;
    if (stranded == nullptr) {
      return;
    }
    Result result = serve_stranded(*stranded, proof);
    if (stranded->list != nullptr && result.error == EAGAIN) {
      stranded->list->exhausted.store(true, std::memory_order_relaxed);
    }
    Descriptor& descriptor = *descriptors_.find(stranded->operation.fildes);
    MutexLock lock(descriptor.mutex, proof);
    if (!is_through(*stranded, result)) {
      result = cut_short(*stranded, result.error);
    }
    end(*stranded, descriptor, State::kRunning, result, aftermath, proof);
    aftermath.queued = true;
  }
}

void Engine::wake_closers(Aftermath& aftermath) noexcept {
  if (Descriptor* const left = std::exchange(aftermath.left, nullptr); left != nullptr) {
    wait_words_.wake(left->closers);
  }
}

// What no worker serves ends with EAGAIN; but where there may be none only because the caller must
// not create one, the caller serves what cannot wait for ever.
Result Engine::serve_stranded(const Request& request, const SignalsBlocked& proof) noexcept {
  return proof.may_create_threads() || may_wait(request.operation.kind)
             ? Result::failure(EAGAIN)
             : perform_here(rest_of(request), proof);
}

// In a thread of the program's, which must not see a signal of it.
Result Engine::perform_here(const Operation& operation, const SignalsBlocked& proof) noexcept {
  const io::SilencedSignal silenced(SIGXFSZ, EFBIG, proof);
  return backend_.perform(operation);
}

// After something was queued or kept on behalf of others, whose calls have long returned.
void Engine::look_after_the_queue(const SignalsBlocked& proof) noexcept {
  Aftermath aftermath;
  aftermath.queued = true;
  settle(aftermath, proof);
}

// A queued request, if there is no worker for it and none can be had.
Request* Engine::take_stranded(const SignalsBlocked& proof) noexcept {
  tidy(proof);
  if ((queue_.size() <= 0 && !owes()) || pool_.kick(proof)) {
    return nullptr;
  }
  return queue_.take(proof);
}

void Engine::tell(Request& request, bool muted, const SignalsBlocked& proof) noexcept {
  wait_words_.wake(request.waiters);
  IoList* const list = request.list;
  Notice* const notice = request.notice;
  drop(request);
  notify(notice, muted, proof);
  if (list != nullptr) {
    let_go(*list, muted, proof);
  }
}

void Engine::notify(Notice* notice, bool muted, const SignalsBlocked& proof) noexcept {
  if (notice == nullptr) {
    return;
  }
  if (muted) {
    notifier_.discard(*notice);
    return;
  }
  const sys::Stay stay(creating_);
  notifier_.deliver(*notice, proof);
}

// Frees the slot of a request that nobody looks for any more.
void Engine::drop(Request& request) noexcept {
  if (request.coverage != nullptr) {
    release(*request.coverage);
  }
  table_.release(request);
}

}  // namespace aiox
