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
    park(*request, descriptor, aftermath, proof);  // others have their turn in between
  }
}

// True when the request is over, and the next one has its turn.
bool Engine::attempt(Request& request, Descriptor& descriptor, io::Interests event,
                     Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  const io::Interests wanted = interest_in(request.operation.opcode);
  const io::Attempt tried = backend_.attempt(rest_of(request), proof);
  Result result = tried.result;
  switch (tried.outcome) {
    case io::Attempt::Outcome::kDone:
      if (is_through(request, result)) {
        return conclude(request, request.generation(), descriptor, State::kWaiting, result,
                        aftermath, proof);
      }
      park(request, descriptor, aftermath, proof);
      return false;
    case io::Attempt::Outcome::kNotReady:
      // An event without the readiness that it stands for (a socket's error queue that nobody
      // reads) would come for ever.
      if (event != io::kNone && (event & (wanted | io::kBroken)) == io::kBroken) {
        hand_to_worker(request, aftermath, proof);
      } else {
        park(request, descriptor, aftermath, proof);
      }
      return false;
    case io::Attempt::Outcome::kCannot:
      if ((event & (wanted | io::kBroken)) != io::kNone) {
        hand_to_worker(request, aftermath, proof);
      } else {
        park(request, descriptor, aftermath, proof);
      }
      return false;
  }
  __builtin_unreachable();
}

// Whether a read or write ends with `result`, which becomes that of the whole request. What a write
// to a stream has moved is kept: it goes on with the rest, and is through when all is or when it
// fails. What a device takes is its driver's decision.
bool Engine::is_through(Request& request, Result& result) noexcept {
  const FileKind kind = request.operation.kind;
  if (result.error == EAGAIN && may_wait(kind)) {
    return false;
  }
  if (result.error != 0) {
    result = cut_short(request, result.error);
    return true;
  }
  if (request.operation.opcode != Opcode::kWrite ||
      (kind != FileKind::kSocket && kind != FileKind::kStream)) {
    return true;
  }
  request.moved += static_cast<std::size_t>(result.value);
  const bool through = request.moved >= request.operation.nbytes || result.value == 0;
  result = Result::success(static_cast<ssize_t>(request.moved));
  return through;
}

// What a request ends with that goes no further: a write that has moved some bytes cannot be
// undone.
Result Engine::cut_short(const Request& request, int error) noexcept {
  return request.moved != 0 ? Result::success(static_cast<ssize_t>(request.moved))
                            : Result::failure(error);
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
  if (!watch(request, descriptor, aftermath)) {
    hand_to_worker(request, aftermath, proof);
  }
}

bool Engine::watch(const Request& request, Descriptor& descriptor, Aftermath& aftermath) noexcept {
  const io::Interests wanted = descriptor.watched | interest_in(request.operation.opcode);
  if (wanted == descriptor.watched) {
    return true;
  }
  if (readiness_.watch(request.operation.fildes, wanted, descriptor.watched) != 0) {
    return false;
  }
  descriptor.watched = wanted;
  aftermath.watched = &descriptor;
  return true;
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
  Descriptor& descriptor = *descriptors_.find(fildes);
  Aftermath aftermath;
  {
    MutexLock lock(descriptor.mutex, proof);
    if (descriptor.watched != io::kNone) {
      descriptor.watched = io::kNone;
      readiness_.consume();
    }
    for (const Opcode direction : {Opcode::kRead, Opcode::kWrite}) {
      advance(descriptor, direction, interests, aftermath, proof);
    }
  }
  settle(aftermath, proof);
}

// Every look at a descriptor watches it anew if something waits there.
void Engine::lost(const SignalsBlocked& proof) noexcept {
  descriptors_.for_each([&](int fildes) { ready(fildes, io::kNone, proof); });
}

// When nobody listens and no thread can be had for it.
void Engine::end_unwatchable(Descriptor& descriptor, Aftermath& aftermath,
                             const SignalsBlocked& proof) noexcept {
  MutexLock lock(descriptor.mutex, proof);
  for (const Opcode direction : {Opcode::kRead, Opcode::kWrite}) {
    if (Request* const request = descriptor.next_in_line(direction); request != nullptr) {
      const int fildes = request->operation.fildes;
      end(*request, descriptor, State::kWaiting, cut_short(*request, EAGAIN), aftermath, proof);
      stop_watching_in_vain(descriptor, fildes);
    }
  }
}

void Engine::stop_watching_in_vain(Descriptor& descriptor, int fildes) noexcept {
  if (descriptor.watched != io::kNone && descriptor.next_in_line(Opcode::kRead) == nullptr &&
      descriptor.next_in_line(Opcode::kWrite) == nullptr) {
    descriptor.watched = io::kNone;
    readiness_.forget(fildes);
  }
}

}  // namespace aiox
