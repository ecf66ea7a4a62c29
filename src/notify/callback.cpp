// SPDX-License-Identifier: MIT
#include "notify/callback.h"

#include <pthread.h>

#include <cerrno>

#include "sys/thread.h"

namespace aiox::notify {
namespace {

// pthread_exit() and cancellation unwind through this frame: not noexcept, nothing to destroy.
void* run_callback(void* argument) {
  Notice* const notice = static_cast<Notice*>(argument);
  void (*const function)(sigval) = notice->function;
  const sigval value = notice->value;
  NoticeStore::give_back(*notice);
  sys::name_thread("callback");
  function(value);
  return nullptr;
}

int create_detached(Notice& notice) noexcept {
  pthread_attr_t attributes;
  if (const int error = pthread_attr_init(&attributes); error != 0) {
    return error;
  }
  pthread_t thread;
  int error = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (error == 0) {
    error = pthread_create(&thread, &attributes, run_callback, &notice);
  }
  pthread_attr_destroy(&attributes);
  return error;
}

}  // namespace

bool start_callback(Notice& notice, const sys::SignalsBlocked& /*proof*/) noexcept {
  if (notice.attributes != nullptr) {
    pthread_t thread;
    const int error = pthread_create(&thread, notice.attributes, run_callback, &notice);
    if (error == 0 || error == EAGAIN) {
      return error == 0;
    }
  }
  return create_detached(notice) == 0;
}

}  // namespace aiox::notify
