// SPDX-License-Identifier: MIT
//
// The kernel's own asynchronous I/O (io_setup(2), io_submit(2)), for reads and writes that pass the
// page cache by (O_DIRECT): submitted by the calling thread on a context of its own.
//
// Contexts live in a table for ever, and a thread claims one with its first request: one without an
// owner, or whose owner is gone. So nothing happens at a thread's end, where to destroy a context
// would block; and what it left outstanding is completed like any other's. A thread that would
// share a context with another, as it was taken for gone, finds the other's number there and looks
// for a new one; nothing but speed depends on it.
//
// Nothing here is needed for anything: who hears kUnavailable or kRefused does it another way.
// Where the kernel forbids its calls, again and again, they are not tried any more; where it has
// no resources (fs.aio-max-nr, memory), or all contexts have owners, not for a while.
//
// A child of fork has neither the contexts nor the reapers, but the rings are mapped in it, too,
// and are the parent's. So the kernel wipes the table in it: whatever its thread was in the middle
// of, as a handler may fork, it finds no context. It makes another KernelAio.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "io/aio_context.h"
#include "sys/clock.h"
#include "sys/config.h"
#include "sys/pages.h"
#include "sys/signals.h"

namespace aiox::io {

class KernelAio {
 public:
  static constexpr std::uint32_t kMaxContexts = 1024;

  KernelAio(CompletionListener& listener, const sys::Config& config) noexcept;

  /// Waits for what is outstanding, and for the reapers, which leave when they have been idle for
  /// AIOX_IDLE_MS.
  ~KernelAio();

  KernelAio(const KernelAio&) = delete;
  KernelAio& operator=(const KernelAio&) = delete;

  /// The number of the context in which the calling thread's next requests will be, so that it can
  /// be known before they can complete; kNoContext where there is none.
  static constexpr std::uint32_t kNoContext = UINT32_MAX;
  std::uint32_t context_of_this_thread(const sys::SignalsBlocked& proof) noexcept;

  /// Room for the calling thread's next requests, for so many at most, not 0. Blocks for the
  /// creation of a reaper, and may tell of what is over. What is not used is to be given back.
  Reservation reserve(std::size_t wanted, const sys::SignalsBlocked& proof) noexcept;
  void give_back(const Reservation& room) noexcept;

  /// Submits reads and writes in order until one is not taken; for that one, see Submitted. They
  /// must be O_DIRECT, or the call blocks, and no write to an O_APPEND file, whose place and so
  /// whose limit is not known. Uses up `room`, which is for as many, or for none at all. Blocks for
  /// the kernel's part of an operation, some microseconds as a rule.
  Submission submit(Reservation& room, std::span<const Order> orders) noexcept;

  /// Whether the calling thread's context has room for that many, and reserve() will find it if
  /// nobody else uses it; or there is no context.
  bool has_room(std::size_t count, const sys::SignalsBlocked& proof) noexcept;

  /// Sleeps until half of the calling thread's context is free, or for that time. kFree where it
  /// has none.
  Room await_room(sys::Nanoseconds time, const sys::SignalsBlocked& proof) noexcept;

  /// Takes plain events of that context, which may be any number, and tells of them. False where
  /// there are none, or somebody else is at it. Async-signal-safe; where there are none it costs
  /// two loads.
  bool poll(std::uint32_t context) noexcept;

  /// The same for all contexts.
  bool poll_each() noexcept;

  /// Whether there is a context.
  bool is_used() const noexcept { return end() != 0; }

  /// See AioContext, for that context, which may be any number: nothing is leased then.
  void rely(std::uint32_t context, Reliance how) noexcept;
  void rely_no_more(std::uint32_t context, Reliance how) noexcept;
  [[nodiscard]] bool lease(std::uint32_t context, sys::Nanoseconds until) noexcept;
  void end_lease(std::uint32_t context, sys::Nanoseconds until) noexcept;
  Wake sleep(std::uint32_t context, sys::Nanoseconds time) {
    return contexts_[context].sleep(time);
  }

  /// Whether a reaper has been under creation for long: its creator waits for libc.
  bool is_held_up() const noexcept;

  /// Takes all events of all contexts, for who must wait for them and cannot rely on the reapers.
  void poll_all(const sys::SignalsBlocked& proof) noexcept;

 private:
  AioContext* own(const sys::SignalsBlocked& proof) noexcept;
  AioContext* find() noexcept;
  AioContext* find_open(std::uint32_t context) noexcept;
  std::uint32_t end() const noexcept { return end_.load(std::memory_order_relaxed); }
  void raise_end(std::uint32_t end) noexcept;
  void note(int error) noexcept;
  void back_off() noexcept;

  CompletionListener& listener_;
  const sys::Config& config_;

  // Tells this object from others at its address, before it or in a parent process.
  const std::uint64_t id_;

  sys::PagedArray<AioContext, kMaxContexts> contexts_;

  // All that are open have lower numbers. relaxed: each says by itself that it is open, and who
  // got a context's number from its owner sees what the owner wrote before.
  std::atomic<std::uint32_t> end_ = 0;

  // relaxed: hints, each by itself
  std::atomic<std::uint32_t> refusals_ = 0;      // in a row
  std::atomic<sys::Nanoseconds> pause_ = 0;      // how long the last one was
  std::atomic<sys::Nanoseconds> paused_to_ = 0;  // no context is looked for before
};

}  // namespace aiox::io
