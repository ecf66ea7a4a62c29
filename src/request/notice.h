// SPDX-License-Identifier: MIT
//
// One notification to be made: the part of a sigevent that is needed later, copied, since the
// program's need not outlive the call.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <cstddef>
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

  /// nullptr where there is no memory.
  [[nodiscard]] Notice* take(Notice::Kind kind) noexcept {
    Notice* const notice = notices_.take();
    if (notice != nullptr) {
      notice->kind = kind;
      notice->home = this;
      threads_.fetch_add(kind == Notice::Kind::kThread ? 1 : 0, std::memory_order_seq_cst);
    }
    return notice;
  }

  static void give_back(Notice& notice) noexcept {
    NoticeStore& home = *notice.home;
    home.threads_.fetch_sub(notice.kind == Notice::Kind::kThread ? 1 : 0,
                            std::memory_order_seq_cst);
    home.notices_.give_back(notice);
  }

  /// Whether there are any of kThread, made or to be made. seq_cst: see notify/retry_thread.h.
  bool has_threads() const noexcept { return threads_.load(std::memory_order_seq_cst) > 0; }

 private:
  SlabPool<Notice, 128, 131'072> notices_;
  std::atomic<std::ptrdiff_t> threads_ = 0;
};

}  // namespace aiox
