// SPDX-License-Identifier: MIT
//
// One notification to be made: the part of a sigevent that is needed later, copied, since the
// program's need not outlive the call.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include <cstdint>

#include "request/slab_pool.h"

namespace aiox {

struct Notice : PoolNode {
  enum class Kind : std::uint8_t {
    kSignal,        // SIGEV_SIGNAL
    kThreadSignal,  // SIGEV_THREAD_ID
    kThread,        // SIGEV_THREAD
  };

  Kind kind = Kind::kSignal;
  int signo = 0;     // of the two signals
  pid_t thread = 0;  // of kThreadSignal
  sigval value{};
  void (*function)(sigval) = nullptr;          // of kThread
  const pthread_attr_t* attributes = nullptr;  // of kThread; the program keeps them valid
  Notice* next = nullptr;                      // among those that wait to be made
  class NoticeStore* home = nullptr;           // where it goes back to
};

/// The process's notices.
class NoticeStore {
 public:
  explicit operator bool() const noexcept { return static_cast<bool>(notices_); }

  [[nodiscard]] Notice* take() noexcept {
    Notice* const notice = notices_.take();
    if (notice != nullptr) {
      notice->home = this;
    }
    return notice;
  }

  static void give_back(Notice& notice) noexcept { notice.home->notices_.give_back(notice); }

 private:
  SlabPool<Notice, 128, 131'072> notices_;
};

}  // namespace aiox
