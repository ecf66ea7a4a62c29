// SPDX-License-Identifier: MIT
//
// aio_cancel(): what has not started ends with ECANCELED; what runs is left alone.
#include <cerrno>

#include "engine/engine.h"
#include "sys/aiocb.h"

namespace aiox {

using sys::MutexLock;
using sys::SignalsBlocked;

namespace {

// Of several results the one that aio_cancel() reports: that something goes on outweighs all, that
// something was cancelled outweighs that everything was done before.
int combine(int one, int other) noexcept {
  if (one == AIO_NOTCANCELED || other == AIO_NOTCANCELED) {
    return AIO_NOTCANCELED;
  }
  return one == AIO_CANCELED || other == AIO_CANCELED ? AIO_CANCELED : AIO_ALLDONE;
}

}  // namespace

// The lock is that of the descriptor that the request is on. A queued one may start at any time,
// and a sync that waits may be queued: then it is tried again.
int Engine::cancel(Request& request, std::uint32_t generation, Descriptor& descriptor,
                   Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  const Result result = cut_short(request, ECANCELED);
  for (State state = request.state(); state == State::kWaiting || state == State::kQueued;
       state = request.state()) {
    if (conclude(request, generation, descriptor, state, result, aftermath, proof)) {
      return result.error == ECANCELED ? AIO_CANCELED : AIO_NOTCANCELED;
    }
  }
  return AIO_NOTCANCELED;
}

// Cancels what has not started, but, where they are to be kept, writes and syncs on files.
int Engine::cancel_all(Descriptor& descriptor, bool keep_writes, Aftermath& aftermath,
                       const SignalsBlocked& proof) noexcept {
  int result = AIO_ALLDONE;
  for (Descriptor::List* const list : descriptor.lists()) {
    for (Request* request = list->front(); request != nullptr;) {
      Request* const next = Descriptor::List::next(*request);
      const bool is_kept = keep_writes && !may_wait(request->operation.kind) &&
                           request->operation.opcode != Opcode::kRead;
      if (!is_kept) {
        result =
            combine(result, cancel(*request, request->generation(), descriptor, aftermath, proof));
      }
      request = next;
    }
  }
  return result;
}

int Engine::cancel(int fildes, const aiocb& control_block, int& result) noexcept {
  result = AIO_ALLDONE;
  Descriptor* const descriptor = descriptors_.find(fildes);
  const Ticket ticket = Ticket::from_bits(sys::AiocbPrivate(control_block).ticket());
  Request* const request = table_.find(ticket);
  if (descriptor == nullptr || request == nullptr) {
    return 0;
  }
  static_cast<void>(poll_kernel(*request));  // a program may ask until it is no longer in progress
  const SignalsBlocked proof;
  Aftermath aftermath;
  {
    MutexLock lock(descriptor->mutex, proof);
    // The program may have changed aio_fildes since it submitted: then the lock is the wrong one,
    // and the slot may become another's while we look. So first where it is, then whether it is
    // alive. acquire: pairs with the release in fill(): who reads a later life's descriptor sees
    // that life.
    const bool is_here = request->fildes.load(std::memory_order_acquire) == fildes;
    if (!request->names(control_block, ticket.generation) ||
        !request->is_outstanding(ticket.generation)) {
      return 0;
    }
    if (!is_here) {
      return EINVAL;
    }
    const Opcode opcode = request->operation.opcode;
    const bool had_turn = descriptor->is_first(*request);
    result = cancel(*request, ticket.generation, *descriptor, aftermath, proof);
    if (had_turn) {
      advance(*descriptor, opcode, io::kNone, aftermath, proof);
      stop_watching_in_vain(*descriptor, fildes);
    }
  }
  settle(aftermath, proof);
  return 0;
}

int Engine::cancel_all(int fildes, int& result) noexcept {
  result = AIO_ALLDONE;
  Descriptor* const descriptor = descriptors_.find(fildes);
  if (descriptor == nullptr) {
    return 0;
  }
  const SignalsBlocked proof;
  kernel_.poll_all(proof);
  Aftermath aftermath;
  {
    // All in one go, so that no worker starts a later one while the first is being told of.
    MutexLock lock(descriptor->mutex, proof);
    result = cancel_all(*descriptor, false, aftermath, proof);
    stop_watching_in_vain(*descriptor, fildes);
  }
  settle(aftermath, proof);
  return 0;
}

}  // namespace aiox
