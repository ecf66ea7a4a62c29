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

// The lock is that of the descriptor that the request is on: one that waits becomes queued, and any
// becomes done, only under it. A queued one may start at any time.
int Engine::cancel(Request& request, std::uint32_t generation, Descriptor& descriptor,
                   Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  const State state = request.state();
  if (state != State::kWaiting && state != State::kQueued) {
    return AIO_NOTCANCELED;
  }
  const Result result = cut_short(request, ECANCELED);
  const bool concluded = conclude(request, generation, descriptor, state, result, aftermath, proof);
  return concluded && result.error == ECANCELED ? AIO_CANCELED : AIO_NOTCANCELED;
}

int Engine::cancel(int fildes, const aiocb& control_block, int& result) noexcept {
  result = AIO_ALLDONE;
  Descriptor* const descriptor = descriptors_.find(fildes);
  const Ticket ticket = Ticket::from_bits(sys::AiocbPrivate(control_block).ticket());
  Request* const request = table_.find(ticket);
  if (descriptor == nullptr || request == nullptr) {
    return 0;
  }
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
    result = cancel(*request, ticket.generation, *descriptor, aftermath, proof);
    advance(*descriptor, opcode, io::kNone, aftermath, proof);
    stop_watching_in_vain(*descriptor, fildes);
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
  Aftermath aftermath;
  {
    // All in one go, so that no worker starts a later one while the first is being told of.
    MutexLock lock(descriptor->mutex, proof);
    for (Descriptor::List* const list : descriptor->lists()) {
      for (Request* request = list->front(); request != nullptr;) {
        Request* const next = Descriptor::List::next(*request);
        result =
            combine(result, cancel(*request, request->generation(), *descriptor, aftermath, proof));
        request = next;
      }
    }
    stop_watching_in_vain(*descriptor, fildes);
  }
  settle(aftermath, proof);
  return 0;
}

}  // namespace aiox
