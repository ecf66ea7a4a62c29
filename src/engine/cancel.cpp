// SPDX-License-Identifier: MIT
//
// aio_cancel(): what has not started ends with ECANCELED; what runs is left alone.
#include <cerrno>

#include "engine/engine.h"

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

// A request that waits becomes queued only under this lock; a queued one may start at any time.
int Engine::cancel(Request& request, Descriptor& descriptor, bool& released,
                   const SignalsBlocked& proof) noexcept {
  const State state = request.state();
  if (state == State::kDone) {
    return AIO_ALLDONE;
  }
  const bool cancelled =
      (state == State::kWaiting || state == State::kQueued) &&
      conclude(request, descriptor, state, Result::failure(ECANCELED), released, proof);
  return cancelled ? AIO_CANCELED : AIO_NOTCANCELED;
}

int Engine::cancel(int fildes, const aiocb& control_block, int& result) noexcept {
  result = AIO_ALLDONE;
  Descriptor* const descriptor = descriptors_.find(fildes);
  if (descriptor == nullptr) {
    return 0;
  }
  const SignalsBlocked proof;
  Request* request = nullptr;
  bool released = false;
  {
    MutexLock lock(descriptor->mutex, proof);
    request = table_.find(control_block);
    if (request == nullptr) {
      return 0;
    }
    // The program may have changed aio_fildes since it submitted: then the lock is the wrong one.
    if (request->operation.fildes != fildes) {
      return EINVAL;
    }
    result = cancel(*request, *descriptor, released, proof);
  }
  if (result == AIO_CANCELED) {
    tell(*request, proof);
    follow_up(proof);
  }
  return 0;
}

int Engine::cancel_all(int fildes, int& result) noexcept {
  result = AIO_ALLDONE;
  Descriptor* const descriptor = descriptors_.find(fildes);
  if (descriptor == nullptr) {
    return 0;
  }
  const SignalsBlocked proof;
  Descriptor::List cancelled;
  bool released = false;
  {
    MutexLock lock(descriptor->mutex, proof);
    // All in one go, so that no worker starts a later one while the first is being told of. What
    // has left the descriptor keeps its link free for us.
    for (Descriptor::List* const list : descriptor->lists()) {
      for (Request* request = list->front(); request != nullptr;) {
        Request* const next = Descriptor::List::next(*request);
        const int one = cancel(*request, *descriptor, released, proof);
        if (one == AIO_CANCELED) {
          cancelled.push_back(*request);
        }
        result = combine(result, one);
        request = next;
      }
    }
  }
  while (Request* const request = cancelled.pop_front()) {
    tell(*request, proof);
  }
  if (result != AIO_ALLDONE) {
    follow_up(proof);
  }
  return 0;
}

}  // namespace aiox
