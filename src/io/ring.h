// SPDX-License-Identifier: MIT
//
// One context of the kernel's AIO, with the ring in which it tells what is over.
//
// The kernel maps the ring into the process, puts events in at the tail and takes them out at the
// head when io_getevents() asks for them. Here nobody does: whoever waits has the kernel fail to
// write the event (sys/kernel_aio_calls.h), and then takes it out of the mapped ring. So the head
// is moved in user space alone, by one taker at a time, which is the caller's to see to.
//
// What was taken is counted here too (next_), and that counts. A kernel that did move the head
// would lose nothing: an event stays where it was until as many others have come as the ring has
// places, which is more than can be outstanding.
#pragma once

#include <linux/aio_abi.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "request/operation.h"
#include "sys/clock.h"

namespace aiox::io {

/// How a wait for an event ended.
enum class Wake : std::uint8_t {
  kEvent,        // there is one, or there was
  kTimeout,      // the time was over
  kInterrupted,  // a handler ran
  kFailed,       // the kernel does not let us wait (any more)
};

/// All-zero bytes are a ring that is not open.
class Ring {
 public:
  static constexpr std::uint32_t kEntries = 256;

  struct Event {
    std::uint64_t cookie;
    Result result;
  };

  /// Makes the context, whose owner alone may call this. Returns 0; ENOSYS where it is of a kind
  /// that we do not know; or the error of io_setup().
  [[nodiscard]] int open() noexcept;

  /// Destroys the context when its requests are over. Nobody may use it any more.
  void close() noexcept;

  /// acquire: pairs with the release in open(): who finds it open can use it.
  bool is_open() const noexcept { return header_.load(std::memory_order_acquire) != nullptr; }

  /// io_submit(): how many of the requests the kernel took, in order, or -1 and errno.
  long submit(iocb** blocks, std::size_t count) noexcept;

  /// Whether there are events that nobody has taken. Two loads; seq_cst as io/aio_context.h wants.
  bool has_events() const noexcept;

  /// The cookie of the oldest event, which there must be. For who may take it.
  std::uint64_t oldest() const noexcept;

  /// Takes the oldest event, if there is one. By one thread at a time, and with what the last one
  /// wrote visible.
  bool take(Event& event) noexcept;

  /// Sleeps until there are events. kInterrupted for no reason: to be ignored.
  Wake await(sys::Nanoseconds time) noexcept;

  /// The same for a thread of the program's: kInterrupted after a handler. A cancellation may
  /// unwind out of it.
  Wake await_or_signal(sys::Nanoseconds time);

 private:
  struct Header;

  static bool is_known(const Header& header) noexcept;
  Header* header() const noexcept { return header_.load(std::memory_order_relaxed); }
  aio_context_t context() const noexcept;

  // The ring's address, which is the context's name.
  std::atomic<Header*> header_;

  // The place of the oldest event that was not taken. The taker's to change; others only compare
  // it with the tail.
  std::atomic<std::uint32_t> next_;
};

}  // namespace aiox::io
