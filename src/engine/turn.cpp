// SPDX-License-Identifier: MIT
//
// The requests of a descriptor whose turn it is.
//
// What may wait for a peer is attempted without blocking, under the descriptor's lock: by its
// submitter, and whenever the readiness thread finds the descriptor ready. In between it is parked:
// kWaiting, first in its line, and nothing but its slot and an entry in the epoll set. So it can
// always be cancelled, and a cancellation that meets arriving data either comes before the attempt,
// and the data are still there, or after it.
#include <cerrno>
#include <climits>
#include <utility>

#include "engine/engine.h"

namespace aiox {

using sys::MutexLock;
using sys::SignalsBlocked;

namespace {

// So many requests of one descriptor are served in a row, under its lock and before other
// descriptors.
constexpr int kTurnsAtOnce = 64;

io::Interests interest_in(Opcode direction) noexcept {
  return direction == Opcode::kRead ? io::kReadable : io::kWritable;
}

}  // namespace

void Engine::give_turn(Request& request, Descriptor& descriptor, Aftermath& aftermath,
                       const SignalsBlocked& proof) noexcept {
  if (request.context != io::KernelAio::kNoContext) {
    if (request.notice != nullptr || request.list != nullptr) {
      rely_on(request, io::Reliance::kReaper);
    }
    return;  // its submitter's to start
  }
  if (may_wait(request.operation.kind)) {
    advance(descriptor, request.operation.opcode, io::kNone, aftermath, proof);
  } else {
    hand_to_worker(request, aftermath, proof);
  }
}

// Goes on with the ordered requests of one direction until one has to wait. `event` is what the
// descriptor has just been found to be, which only the first one can rely on.
void Engine::advance(Descriptor& descriptor, Opcode direction, io::Interests event,
                     Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  for (int turn = 0; turn < kTurnsAtOnce; ++turn) {
    Request* const request = descriptor.next_in_line(direction);
    if (request == nullptr) {
      return;
    }
    if (!may_wait(request->operation.kind)) {
      hand_to_worker(*request, aftermath, proof);
      return;
    }
    if (!attempt(*request, descriptor, std::exchange(event, io::kNone), aftermath, proof)) {
      return;
    }
  }
  if (Request* const request = descriptor.next_in_line(direction); request != nullptr) {
    park(*request, descriptor, io::kNone, aftermath, proof);  // others have their turn in between
  }
}

// True when the request is over, and the next one has its turn.
bool Engine::attempt(Request& request, Descriptor& descriptor, io::Interests event,
                     Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  const io::Interests promises = interest_in(request.operation.opcode) | io::kBroken;
  const io::Interests edge = descriptor.watched & io::kEdge;
  const io::Attempt tried = backend_.attempt(rest_of(request), proof);
  Result result = tried.result;
  switch (tried.outcome) {
    case io::Attempt::Outcome::kDone:
      if (is_through(request, result)) {
        return conclude(request, request.generation(), descriptor, State::kWaiting, result,
                        aftermath, proof);
      }
      park(request, descriptor, io::kNone, aftermath, proof);
      return false;
    case io::Attempt::Outcome::kNotReady:
      park(request, descriptor, (event & promises) != 0 ? io::kEdge : edge, aftermath, proof);
      return false;
    case io::Attempt::Outcome::kCannot:
      if ((event & promises) != 0) {
        hand_to_worker(request, aftermath, proof);
      } else {
        park(request, descriptor, event != io::kNone ? edge : io::kNone, aftermath, proof);
      }
      return false;
  }
  __builtin_unreachable();
}

// Whether a read or write ends with `result`, which becomes that of the whole request. What a write
// to a stream has moved is kept: it goes on with the rest, and is through when all is or when it
// fails. What a device takes is its driver's decision. Of a read of a file, the first bytes may
// have been there at once.
bool Engine::is_through(Request& request, Result& result) noexcept {
  const FileKind kind = request.operation.kind;
  if (result.error == EAGAIN && may_wait(kind)) {
    return false;
  }
  if (result.error != 0) {
    result = cut_short(request, result.error);
    return true;
  }
  if (request.operation.opcode != Opcode::kWrite || !is_byte_stream(kind)) {
    result.value += static_cast<ssize_t>(request.moved);
    return true;
  }
  request.moved += static_cast<std::size_t>(result.value);
  const bool through = request.moved >= request.operation.nbytes || result.value == 0;
  result = Result::success(static_cast<ssize_t>(request.moved));
  return through;
}

// What a request ends with that goes no further: a write that has moved some bytes cannot be
// undone.
// A read of a file begins anew, and what was read of it is nothing that could be lost.
Result Engine::cut_short(const Request& request, int error) noexcept {
  const bool is_kept = request.operation.opcode == Opcode::kWrite;
  return is_kept && request.moved != 0 ? Result::success(static_cast<ssize_t>(request.moved))
                                       : Result::failure(error);
}

Operation Engine::rest_of(const Request& request) noexcept {
  Operation rest = request.operation;
  rest.buffer = static_cast<char*>(rest.buffer) + request.moved;
  rest.nbytes -= request.moved;
  if (!may_wait(rest.kind)) {  // elsewhere it may be any number
    rest.offset += static_cast<off_t>(request.moved);
  }
  return rest;
}

// Waits for readiness, or for a worker where the kernel cannot tell of that. Without kEdge in `how`
// it is told at once if it is ready now: a change that was told of before says nothing about a
// request that nothing was tried for since.
void Engine::park(Request& request, Descriptor& descriptor, io::Interests how, Aftermath& aftermath,
                  const SignalsBlocked& proof) noexcept {
  if (!watch(request, descriptor, how, aftermath)) {
    hand_to_worker(request, aftermath, proof);
  }
}

bool Engine::watch(const Request& request, Descriptor& descriptor, io::Interests how,
                   Aftermath& aftermath) noexcept {
  const io::Interests wanted =
      (descriptor.watched & ~io::kEdge) | interest_in(request.operation.opcode) | how;
  if (wanted == descriptor.watched) {
    return true;
  }
  if (readiness_.watch(request.operation.fildes, wanted, descriptor.watched) != 0) {
    return false;
  }
  descriptor.watched = wanted;
  descriptor.changed = false;
  aftermath.watched = &descriptor;
  return true;
}

// A worker was told EAGAIN, or has moved a part.
void Engine::go_on(Request& request, Descriptor& descriptor, int error, Aftermath& aftermath,
                   const SignalsBlocked& proof) noexcept {
  request.transition(request.generation(), State::kRunning, State::kWaiting);
  const bool was_ready = error != EAGAIN || std::exchange(descriptor.changed, false);
  if (error == EAGAIN && was_ready) {
    hand_to_worker(request, aftermath, proof);
  } else if (!watch(request, descriptor, was_ready ? io::kNone : io::kEdge, aftermath)) {
    wait_unwatched(request, descriptor, error, aftermath, proof);
  }
}

// A worker was not through with a request, and the kernel cannot tell when it may go on.
void Engine::wait_unwatched(Request& request, Descriptor& descriptor, int error,
                            Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  if (error == EAGAIN) {  // and so would it again, at once
    end(request, descriptor, State::kWaiting, cut_short(request, error), aftermath, proof);
  } else {
    hand_to_worker(request, aftermath, proof);
  }
}

void Engine::hand_to_worker(Request& request, Aftermath& aftermath,
                            const SignalsBlocked& proof) noexcept {
  aftermath.queued |= queue_.push(request, request.ticket(), request.lane, proof);
}

void Engine::ready(int fildes, io::Interests interests, const SignalsBlocked& proof) noexcept {
  Descriptor* const found = descriptors_.find(fildes);
  if (found == nullptr) {
    return;
  }
  Descriptor& descriptor = *found;
  Aftermath aftermath;
  {
    MutexLock lock(descriptor.mutex, proof);
    if ((descriptor.watched & io::kEdge) != 0) {
      descriptor.changed = true;
    } else if (descriptor.watched != io::kNone) {
      descriptor.watched = io::kNone;
      readiness_.consume();
    }
    for (const Opcode direction : {Opcode::kRead, Opcode::kWrite}) {
      advance(descriptor, direction, interests, aftermath, proof);
    }
    stop_watching_in_vain(descriptor, fildes);
  }
  settle(aftermath, proof);
}

void Engine::lost(const SignalsBlocked& proof) noexcept {
  descriptors_.for_each_used(0, INT_MAX, descriptors_.now(proof),
                             [&](int fildes, Descriptor& descriptor) {
                               {
                                 MutexLock lock(descriptor.mutex, proof);
                                 descriptor.watched &= ~io::kEdge;
                               }
                               ready(fildes, io::kNone, proof);  // which watches anew what waits
                             });
}

// When nobody listens and no thread can be had for it.
void Engine::end_unwatchable(Descriptor& descriptor, Aftermath& aftermath,
                             const SignalsBlocked& proof) noexcept {
  MutexLock lock(descriptor.mutex, proof);
  for (const Opcode direction : {Opcode::kRead, Opcode::kWrite}) {
    if (Request* const request = descriptor.next_in_line(direction); request != nullptr) {
      end(*request, descriptor, State::kWaiting, cut_short(*request, EAGAIN), aftermath, proof);
    }
  }
  aftermath.watched = descriptor.watched != io::kNone ? &descriptor : nullptr;
}

void Engine::stop_watching_in_vain(Descriptor& descriptor, int fildes) noexcept {
  if (descriptor.watched == io::kNone) {
    return;
  }
  // kEdge is also for one that a worker tries just now.
  const bool is_edge = (descriptor.watched & io::kEdge) != 0;
  for (const Opcode direction : {Opcode::kRead, Opcode::kWrite}) {
    if (is_edge ? descriptor.has_line(direction) : descriptor.next_in_line(direction) != nullptr) {
      return;
    }
  }
  descriptor.watched = io::kNone;
  readiness_.forget(fildes);
}

}  // namespace aiox
