// SPDX-License-Identifier: MIT
//
// The requests of one thread in the kernel's AIO: a ring, who takes its events, who sleeps on it.
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
// Who sleeps on it. An event wakes all who sleep, so one at most should: a thread of the program's
// that waits for nothing but requests of this ring, or else the reaper. The reaper rests, on
// `calls_`, until somebody relies on a request's end: rely() counts that up, and rely_no_more()
// down when the request is over. Then it stays at the ring until an event comes that nobody relies
// on. It counts itself as resting and then looks whether it is relied on; who relies counts that
// and then looks whether it rests (seq_cst, all of them): one sees the other.
//
// A thread of the program's sleeps with a lease on the ring. While it lasts all others leave the
// events to it, as it would sleep on if they were taken before it was awake. It writes its lease
// and then looks for takers (`taking_`), for what they have taken and not told yet (`telling_`),
// and last at its requests; who takes gets `taking_` and then looks for a lease (seq_cst, all of
// them): so either it does not sleep, or nobody takes. A lease ends by itself, as its holder may
// be cancelled, or leave a handler by a jump, and never come back; so what goes wrong here, as when
// a handler takes the event at the last moment before the sleep, costs that time at most.
//
// Somebody reaps: a submitter counts what it reserves as outstanding and then looks for a live
// reaper, or creates one, or submits nothing; the reaper leaves only if, after it no longer counts
// as live, it finds nothing outstanding. (As in engine/worker_pool.h; two reapers for a while do no
// harm.) To create a thread may take as long as another one holds a lock of libc's. So that comes
// first, and only then the requests start: in between they can be cancelled.
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
#include "sys/stays.h"

namespace aiox::io {

/// Whom to tell.
class CompletionListener {
 public:
  /// The request with that cookie is over. Called once for each, by any thread, with no lock held;
  /// it may submit. While it blocks, others take the context's other events.
  virtual void completed(std::uint64_t cookie, Result result,
                         const sys::SignalsBlocked& proof) noexcept = 0;

  /// Whether completed() may be called for it in a handler, whatever that has interrupted: nobody
  /// is told then and no thread needed, or it is to be done without the reaper. Async-signal-safe.
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

class AioContext;

/// Room for requests that are about to be submitted, in a context that has a reaper: it stays until
/// the room is used or given back.
struct Reservation {
  AioContext* context;  // nullptr where none could be had,
  std::uint32_t count;  // which is 0 then,
  int error;            // for this reason
};

/// What became of orders.
enum class Submitted : std::uint8_t {
  kAll,
  kUnavailable,  // there is no context, no room, no reaper, or the kernel had no resources
  kRefused,      // the kernel finds fault with the operation, or it could raise a signal
};

/// The first `taken` were submitted, and tell the outcome of the next one `why` not.
struct Submission {
  std::size_t taken;
  Submitted why;
  std::uint32_t context;  // where they are, for poll()
  int error;              // the errno of kUnavailable and kRefused
};

/// On whom somebody relies who waits for a request and does not look at the ring.
enum class Reliance : std::uint8_t {
  kAnybody,  // who takes its event
  kReaper,   // who alone may: its end is to be told of, or sets something off
};

/// How long a thread of the program's may keep others off the ring.
inline constexpr sys::Nanoseconds kLease = 10 * sys::kNanosecondsPerMillisecond;

/// How a wait for room ended.
enum class Room : std::uint8_t {
  kFree,     // half of it, or more
  kSome,     // the time was over, and something has ended
  kNothing,  // the time was over
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

  /// Reserves room for so many requests at most, not 0, and for no more than go with one system
  /// call. Takes events where there is none, and blocks for the creation of a reaper.
  Reservation reserve(std::size_t wanted, const sys::SignalsBlocked& proof) noexcept;
  void give_back_room(std::uint32_t count) noexcept;

  /// Submits in the calling thread, which has reserved room for them. The owner's, but any thread
  /// may.
  Submission submit(std::span<const Order> orders) noexcept;

  /// Whether the reaper has been under creation for long.
  bool is_held_up() const noexcept { return creating_.any_is_long(); }

  /// Whether that many could be submitted now.
  bool has_room(std::size_t count) const noexcept {
    return outstanding_.load() + count <= Ring::kEntries;
  }

  /// Sleeps until half of the room is free, or for that time.
  Room await_room(sys::Nanoseconds time) noexcept;

  /// Takes the events that there are, and tells. False where there were none or somebody is at it.
  bool poll(const sys::SignalsBlocked& proof) noexcept { return take(false, proof); }

  /// The same up to the first that is not plain, for the caller of aio_error() and aio_suspend().
  bool poll_plain(const sys::SignalsBlocked& proof) noexcept { return take(true, proof); }

  /// Whether there are events that are not left to somebody who sleeps.
  bool has_events() const noexcept { return ring_.has_events() && !is_leased_to_another(); }

  /// Somebody relies on the end of one more of the requests, or of one less, and does not look at
  /// the ring. Balanced by the caller. Async-signal-safe.
  void rely(Reliance how) noexcept;
  void rely_no_more(Reliance how) noexcept { relied_on(how).fetch_sub(1); }

  /// A lease on the ring until then, at most kLease from now: to look once more at the requests
  /// that are waited for, sleep, and end it. False where somebody else is at the ring, or there are
  /// requests that are the reaper's. Async-signal-safe: a handler takes its own thread's lease
  /// over.
  [[nodiscard]] bool lease(sys::Nanoseconds until) noexcept;
  void end_lease(sys::Nanoseconds until) noexcept;

  /// Sleeps until there are events: see Ring::await_or_signal(). After kFailed no lease is given.
  Wake sleep(sys::Nanoseconds time);

 private:
  static constexpr std::uint32_t kTaken = 1;    // somebody is at it
  static constexpr std::uint32_t kAwaited = 2;  // and the reaper sleeps until it is not

  static void* reaper_main(void* context);
  void run(const sys::SignalsBlocked& proof) noexcept;
  Wake reap(bool& called, const sys::SignalsBlocked& proof) noexcept;
  Wake rest() noexcept;
  void rouse() noexcept;
  bool is_relied_on() const noexcept { return anybody_.load() > 0 || reaper_.load() > 0; }
  bool is_called() const noexcept;
  std::atomic<std::int32_t>& relied_on(Reliance how) noexcept {
    return how == Reliance::kAnybody ? anybody_ : reaper_;
  }
  bool is_leased_to_another() const noexcept;
  bool leave() noexcept;
  bool call_reaper(const sys::SignalsBlocked& proof) noexcept;

  Wake do_without_waiting() noexcept;
  void await_taker(const sys::SignalsBlocked& proof) noexcept;

  std::uint32_t take_room(std::size_t wanted) noexcept;
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
  std::atomic<std::uint32_t> telling_;      // taken and not told yet; seq_cst
  std::atomic<std::uint32_t> outstanding_;  // reserved, or submitted and not taken; seq_cst
  sys::FutexWord awaits_room_;              // 1: somebody sleeps until there is room; seq_cst

  std::atomic<sys::Nanoseconds> lease_;  // until when; seq_cst
  std::atomic<bool> is_sleepless_;       // the kernel does not let the program's threads sleep

  std::atomic<std::int32_t> anybody_;  // for how many requests who is relied on; seq_cst
  std::atomic<std::int32_t> reaper_;
  std::atomic<std::uint32_t> resting_;  // how many reapers rest; seq_cst
  sys::FutexWord calls_;                // what they rest on

  std::atomic<std::ptrdiff_t> live_;  // reapers; seq_cst
  sys::FutexWord failures_;           // in a row, to wait in the kernel; relaxed
  sys::FutexWord threads_;            // reapers created and not gone, for close()
  sys::Stays creating_;
};

}  // namespace aiox::io
