// SPDX-License-Identifier: MIT
//
// The requests of a descriptor whose turn it is.
//
// What may wait for a peer is attempted without blocking, under the descriptor's lock: by its
// submitter, and whenever the readiness thread finds the descriptor ready. In between it is parked:
// kWaiting, first in its line, and nothing but its slot and an entry in the epoll set. So it can
// always be cancelled, and a cancellation that meets arriving data either comes before the attempt,
// and the data are still there, or after it.
#include "engine/engine.h"

namespace aiox {

using sys::MutexLock;
using sys::SignalsBlocked;

namespace {

io::Interests interest_in(Opcode direction) noexcept {
  return direction == Opcode::kRead ? io::kReadable : io::kWritable;
}

}  // namespace

void Engine::give_turn(Request& request, Descriptor& descriptor, Aftermath& aftermath,
                       const SignalsBlocked& proof) noexcept {
  if (may_wait(request.operation.kind)) {
    advance(descriptor, request.operation.opcode, false, aftermath, proof);
  } else {
    hand_to_worker(request, aftermath, proof);
  }
}

// Goes on with the ordered requests of one direction until one has to wait. `is_ready`: the
// descriptor has just been found ready for it.
void Engine::advance(Descriptor& descriptor, Opcode direction, bool is_ready, Aftermath& aftermath,
                     const SignalsBlocked& proof) noexcept {
  while (Request* const request = descriptor.next_in_line(direction)) {
    if (!may_wait(request->operation.kind)) {
      hand_to_worker(*request, aftermath, proof);
      return;
    }
    if (!attempt(*request, descriptor, is_ready, aftermath, proof)) {
      return;
    }
  }
}

// True when the request is over, and the next one has its turn.
bool Engine::attempt(Request& request, Descriptor& descriptor, bool is_ready, Aftermath& aftermath,
                     const SignalsBlocked& proof) noexcept {
  for (;;) {
    const io::Attempt tried = backend_.attempt(rest_of(request), proof);
    switch (tried.outcome) {
      case io::Attempt::Outcome::kNotReady:
        park(request, descriptor, aftermath, proof);
        return false;
      case io::Attempt::Outcome::kCannot:
        if (is_ready) {
          hand_to_worker(request, aftermath, proof);
        } else {
          park(request, descriptor, aftermath, proof);
        }
        return false;
      case io::Attempt::Outcome::kDone: break;
    }
    Result result = tried.result;
    if (is_through(request, result)) {
      return conclude(request, request.generation(), descriptor, State::kWaiting, result, aftermath,
                      proof);
    }
  }
}

// Whether a read or write ends with `result`, which becomes that of the whole request. What a write
// has moved is kept: it goes on with the rest, and is through when all is or when it fails.
bool Engine::is_through(Request& request, Result& result) noexcept {
  if (request.operation.opcode != Opcode::kWrite || !may_wait(request.operation.kind)) {
    return !(result.error == EAGAIN && may_wait(request.operation.kind));
  }
  if (result.error == EAGAIN) {
    return false;
  }
  if (result.error != 0) {
    result = request.moved != 0 ? Result::success(static_cast<ssize_t>(request.moved)) : result;
    return true;
  }
  request.moved += static_cast<std::size_t>(result.value);
  const bool through = request.moved >= request.operation.nbytes || result.value == 0;
  result = Result::success(static_cast<ssize_t>(request.moved));
  return through;
}

Operation Engine::rest_of(const Request& request) noexcept {
  Operation rest = request.operation;
  rest.buffer = static_cast<char*>(rest.buffer) + request.moved;
  rest.nbytes -= request.moved;
  return rest;
}

// Waits for readiness, or for a worker where the kernel cannot tell of that.
void Engine::park(Request& request, Descriptor& descriptor, Aftermath& aftermath,
                  const SignalsBlocked& proof) noexcept {
  const io::Interests wanted = descriptor.watched | interest_in(request.operation.opcode);
  if (wanted == descriptor.watched) {
    return;
  }
  if (readiness_.watch(request.operation.fildes, wanted, descriptor.watched) == 0) {
    descriptor.watched = wanted;
    aftermath.watched = &descriptor;
  } else {
    hand_to_worker(request, aftermath, proof);
  }
}

void Engine::hand_to_worker(Request& request, Aftermath& aftermath,
                            const SignalsBlocked& proof) noexcept {
  aftermath.queued |= queue_.push(request, request.ticket(), request.lane, proof);
}

void Engine::ready(int fildes, io::Interests interests, const SignalsBlocked& proof) noexcept {
  Descriptor& descriptor = *descriptors_.find(fildes);
  Aftermath aftermath;
  {
    MutexLock lock(descriptor.mutex, proof);
    if (descriptor.watched != io::kNone) {
      descriptor.watched = io::kNone;
      readiness_.consume();
    }
    for (const Opcode direction : {Opcode::kRead, Opcode::kWrite}) {
      const bool is_ready = (interests & interest_in(direction)) != 0;
      advance(descriptor, direction, is_ready, aftermath, proof);
    }
  }
  settle(aftermath, proof);
}

// When nobody listens and no thread can be had for it: workers wait in the calls themselves.
void Engine::serve_without_readiness(Descriptor& descriptor, const SignalsBlocked& proof) noexcept {
  Aftermath aftermath;
  {
    MutexLock lock(descriptor.mutex, proof);
    for (const Opcode direction : {Opcode::kRead, Opcode::kWrite}) {
      Request* const request = descriptor.next_in_line(direction);
      if (request != nullptr) {
        hand_to_worker(*request, aftermath, proof);
        stop_watching_in_vain(descriptor, request->operation.fildes);
      }
    }
  }
  settle(aftermath, proof);
}

void Engine::stop_watching_in_vain(Descriptor& descriptor, int fildes) noexcept {
  if (descriptor.watched != io::kNone && descriptor.next_in_line(Opcode::kRead) == nullptr &&
      descriptor.next_in_line(Opcode::kWrite) == nullptr) {
    descriptor.watched = io::kNone;
    readiness_.forget(fildes);
  }
}

}  // namespace aiox
