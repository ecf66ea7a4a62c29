// SPDX-License-Identifier: MIT
//
// Waiting for descriptors to become ready: one thread and an epoll set for all of them.
//
// A descriptor is watched for one event at a time (EPOLLONESHOT), after which the listener decides
// whether to watch again. So an event for nothing, as for a number that was closed behind our back,
// costs a look. Where the kernel says "ready" and the call says EAGAIN all the same, to watch again
// would make a loop: there kEdge is for (EPOLLET), once told at once, and then of changes only.
//
// Somebody listens: kick() returns true only if, after the descriptor was counted as watched, it
// saw a live thread or created one, and the thread leaves only if, after it no longer counts as
// live, it finds nothing watched or another thread live. (As in engine/worker_pool.h; two threads
// for a while do no harm.)
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sys/config.h"
#include "sys/futex.h"
#include "sys/signals.h"

namespace aiox::io {

/// What a descriptor is watched for, or ready for: a set of bits.
using Interests = unsigned;
inline constexpr Interests kNone = 0;
inline constexpr Interests kReadable = 1;
inline constexpr Interests kWritable = 2;
inline constexpr Interests kBroken = 4;  // an error or a hang-up, of which both directions are told
inline constexpr Interests kEdge = 8;    // watched until it is forgotten, and told of changes only

/// Whom to tell.
class ReadinessListener {
 public:
  /// `fildes` may be ready for `interests`: a read or write goes on, or tells of an
  /// error. It is not watched any more, but for kEdge. Called by the readiness thread, with no lock
  /// held. `fildes` may be any number.
  virtual void ready(int fildes, Interests interests,
                     const sys::SignalsBlocked& proof) noexcept = 0;

  /// The program has closed the epoll set's descriptor under our hands: nothing is watched any
  /// more, and what waits has to be watched anew. Called like ready().
  virtual void lost(const sys::SignalsBlocked& proof) noexcept = 0;

  /// Whether something waits to be made later by whoever comes by; tidy() tries to make it. The
  /// readiness thread comes by now and then, and does not leave meanwhile.
  virtual bool owes() const noexcept = 0;
  virtual void tidy(const sys::SignalsBlocked& proof) noexcept = 0;

 protected:
  ~ReadinessListener() = default;
};

class Readiness {
 public:
  Readiness(ReadinessListener& listener, const sys::Config& config) noexcept
      : listener_(listener), config_(config) {}

  /// Waits for the thread, which leaves when it has been idle for AIOX_IDLE_MS. Nothing may be
  /// watched any more.
  ~Readiness();

  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  /// Watches `fildes` for `interests`, once, instead of what it was watched for
  /// (`before`, kNone: it was not). To be followed by kick(), where no lock is held.
  /// Returns 0; EPERM for a file that cannot be watched as it never waits; or another error where
  /// the kernel refuses (no descriptor, no memory). Does not block: the caller may hold its lock.
  [[nodiscard]] int watch(int fildes, Interests interests, Interests before) noexcept;

  /// Stops watching, after a successful watch() whose event has not come.
  void forget(int fildes) noexcept;

  /// Counts a descriptor whose event has come as not watched.
  void consume() noexcept { watched_.fetch_sub(1, std::memory_order_seq_cst); }

  /// The epoll set's number, or -1.
  int descriptor() const noexcept { return set_plus_one_.load(std::memory_order_relaxed) - 1; }

  /// For a child of fork(), which has the descriptor and none of the threads.
  void close_inherited() const noexcept;

  /// Moves the epoll set away from its number, which the program wants for a file of its own.
  void vacate(int fildes) noexcept;

  /// Sees to it that a thread listens. False when there is none and none can be created.
  [[nodiscard]] bool kick(const sys::SignalsBlocked& proof) noexcept;

 private:
  static void* thread_main(void* readiness);
  void run(const sys::SignalsBlocked& proof) noexcept;
  int set() noexcept;
  void disown(int set) noexcept;
  void do_without(int set) noexcept;

  ReadinessListener& listener_;
  const sys::Config& config_;
  std::atomic<int> set_plus_one_ = 0;        // release: who sees the epoll set's number can use it
  std::atomic<bool> unusable_ = false;       // relaxed: a flag by itself
  std::atomic<bool> lost_ = false;           // the listener is still to be told; seq_cst
  std::atomic<std::ptrdiff_t> watched_ = 0;  // seq_cst, see above
  std::atomic<std::ptrdiff_t> live_ = 0;     // seq_cst
  sys::FutexWord threads_{0};                // created and not gone, for the destructor
};

}  // namespace aiox::io
