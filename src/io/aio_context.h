// SPDX-License-Identifier: MIT
//
// The requests of one thread in the kernel's AIO: a ring, who takes its events, and the reaper.
//
// Who takes an event. Whoever looks at the ring and gets `taking_` by one try: a thread that polls,
// the submitter of another request, or the reaper. It holds it for one event, with all signals
// blocked, and gives it back before it tells the listener: so there is one taker at a time, a
// handler never finds its own thread to be it, and who tells, which may take a lock of libc's,
// keeps nobody from the next event. Who fails returns; the reaper alone waits for the taker, being
// nobody's thread.
//
// No event is left behind: the taker gives `taking_` back, and then looks at the ring again. All
// accesses to the word, and those by which the ring is looked at, are seq_cst: who saw an event and
// then failed the try did so before the word was given back, so the taker's look comes later and
// finds the event, too. And the reaper sleeps in the kernel, that finds the ring not empty.
//
// Somebody reaps: a submitter counts its request as outstanding and then looks for a live reaper,
// or creates one, or submits nothing; the reaper leaves only if, after it no longer counts as live,
// it finds nothing outstanding. (As in engine/worker_pool.h; two reapers for a while do no harm.)
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "io/ring.h"
#include "request/operation.h"
#include "sys/config.h"
#include "sys/futex.h"
#include "sys/signals.h"

namespace aiox::io {

/// Whom to tell.
class CompletionListener {
 public:
  /// The request with that cookie is over. Called once for each, by any thread, with no lock held;
  /// it may submit. While it blocks, others take the context's other events.
  virtual void completed(std::uint64_t cookie, Result result,
                         const sys::SignalsBlocked& proof) noexcept = 0;

  /// Whether completed() may be called for it in a handler, whatever that has interrupted: then
  /// nobody is told and no thread needed. Async-signal-safe.
  virtual bool is_plain(std::uint64_t cookie) const noexcept = 0;

 protected:
  ~CompletionListener() = default;
};

/// What to do for whom.
struct Order {
  const Operation* operation;  // a read or a write
  std::uint64_t cookie;
  int reqprio;
};

/// What became of orders.
enum class Submitted : std::uint8_t {
  kAll,
  kFull,         // there is no room for more
  kUnavailable,  // there is no context, no reaper, or the kernel had no resources
  kRefused,      // the kernel finds fault with the operation, or it could raise a signal
};

/// The first `taken` were submitted, and tell the outcome of the next one `why` not.
struct Submission {
  std::size_t taken;
  Submitted why;
  std::uint32_t context;  // where they are, for poll()
  int error;              // the errno of kUnavailable and kRefused
};

/// All-zero bytes are a context that is not open.
class alignas(64) AioContext {
 public:
  AioContext() noexcept = default;
  AioContext(const AioContext&) = delete;
  AioContext& operator=(const AioContext&) = delete;

  /// For the owner: makes the context, or says why not. See Ring::open().
  [[nodiscard]] int open(CompletionListener& listener, const sys::Config& config,
                         std::uint32_t number) noexcept;
  bool is_open() const noexcept { return ring_.is_open(); }

  /// Waits until all is over and told, and the reaper has left. Nobody may use the context.
  void close() noexcept;

  /// Makes the calling thread the owner if there is none, or the one there was is gone. A thread
  /// has the number of one that is gone, never of one that lives.
  bool claim(pid_t thread) noexcept;
  bool is_owned_by(pid_t thread) const noexcept {
    return owner_.load(std::memory_order_relaxed) == thread;
  }
  void disown() noexcept { owner_.store(0, std::memory_order_release); }

  /// Submits in the calling thread. The owner's, but any thread may.
  Submission submit(std::span<const Order> orders, const sys::SignalsBlocked& proof) noexcept;

  /// Takes the events that there are, and tells. False where there were none or somebody is at it.
  bool poll(const sys::SignalsBlocked& proof) noexcept { return take(false, proof); }

  /// The same up to the first that is not plain, for the caller of aio_error() and aio_suspend().
  bool poll_plain(const sys::SignalsBlocked& proof) noexcept { return take(true, proof); }
  bool has_events() const noexcept { return ring_.has_events(); }

 private:
  static constexpr std::uint32_t kTaken = 1;    // somebody is at it
  static constexpr std::uint32_t kAwaited = 2;  // and the reaper sleeps until it is not

  static void* reaper_main(void* context);
  void run(const sys::SignalsBlocked& proof) noexcept;
  Wake reap(const sys::SignalsBlocked& proof) noexcept;
  bool leave() noexcept;
  bool call_reaper(const sys::SignalsBlocked& proof) noexcept;

  Wake do_without_waiting() noexcept;
  void await_taker(const sys::SignalsBlocked& proof) noexcept;

  std::uint32_t reserve(std::size_t wanted) noexcept;
  std::uint32_t submit_some(std::span<const Order> orders, rlim_t limit, int& error) noexcept;
  bool take(bool only_plain, const sys::SignalsBlocked& proof) noexcept;
  bool take_one(bool only_plain, const sys::SignalsBlocked& proof) noexcept;
  void give_back() noexcept;
  sys::Nanoseconds patience() const noexcept;

  // These three: constant before the ring is seen to be open.
  CompletionListener* listener_ = nullptr;
  const sys::Config* config_ = nullptr;
  std::uint32_t number_ = 0;

  Ring ring_;
  std::atomic<pid_t> owner_;  // release and acquire: the next owner sees what the last one did

  sys::FutexWord taking_;                   // seq_cst, see above
  std::atomic<std::uint32_t> outstanding_;  // submitted and not taken; seq_cst

  std::atomic<std::ptrdiff_t> live_;  // reapers; seq_cst
  sys::FutexWord failures_;           // in a row, to wait in the kernel; relaxed
  sys::FutexWord threads_;            // reapers created and not gone, for close()
};

}  // namespace aiox::io
