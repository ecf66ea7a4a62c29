// SPDX-License-Identifier: MIT
#include "notify/callback.h"

#include <pthread.h>

#include <cerrno>

#include "sys/thread.h"

namespace aiox::notify {
namespace {

// May be unwound, like call().
void* thread_main(void* notice) {
  sys::name_thread("callback");
  call(*static_cast<Notice*>(notice));
  return nullptr;
}

}  // namespace

void call(Notice& notice) {
  void (*const function)(sigval) = notice.function;
  const sigval value = notice.value;
  NoticeStore::give_back(notice);
  function(value);
}

int call_in_own_thread(Notice& notice, const sys::SignalsBlocked& proof) noexcept {
  if (!proof.may_create_threads()) {
    return EAGAIN;
  }
  pthread_t thread;
  return pthread_create(&thread, notice.attributes, thread_main, &notice);
}

}  // namespace aiox::notify
