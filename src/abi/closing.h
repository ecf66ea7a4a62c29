// SPDX-License-Identifier: MIT
//
// What the calls that end descriptors have in common.
#pragma once

#include <pthread.h>

#include <cerrno>

#include "abi/process.h"
#include "sys/signals.h"

namespace aiox::abi {

/// Makes `call`, which ends the descriptors from `first` to `last`, between begin_close() and
/// end_close(). errno is the call's. Not a cancellation point: what has begun is finished.
template <typename Call>
int closing(Engine& engine, int first, int last, Call call) {
  int cancel_state = 0;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
  int error = errno;
  {
    const sys::SignalsBlocked proof;
    engine.begin_close(first, last, proof);
  }
  errno = error;
  const int result = call();
  error = errno;
  {
    const sys::SignalsBlocked proof;
    engine.end_close(first, last, proof);
  }
  errno = error;
  pthread_setcancelstate(cancel_state, nullptr);
  return result;
}

/// The same with all signals blocked: for calls that a handler may leave by siglongjmp().
template <typename Call>
int closing_undisturbed(Engine& engine, int first, int last, Call call) {
  const sys::SignalsBlocked proof;
  return closing(engine, first, last, call);
}

}  // namespace aiox::abi
