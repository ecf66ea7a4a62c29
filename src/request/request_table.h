// SPDX-License-Identifier: MIT
//
// The process's requests: admission against AIO_MAX, the slots, and the way from an aiocb to its
// slot.
#pragma once

#include <aio.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "request/counters.h"
#include "request/request.h"
#include "request/slab_pool.h"

namespace aiox {

class RequestTable {
 public:
  explicit operator bool() const noexcept { return static_cast<bool>(slots_); }

  /// A free slot, counted as outstanding; nullptr at `limit` outstanding requests or without
  /// memory.
  [[nodiscard]] Request* admit(std::size_t limit) noexcept;

  /// Stops counting a request as outstanding. Before its final status is published: a program at
  /// the limit that sees it complete can submit the next.
  void discharge() noexcept { outstanding_.fetch_sub(1, std::memory_order_relaxed); }

  /// Returns a slot: its ticket is void from now on.
  void release(Request& request) noexcept;

  /// The slot that `ticket` names, in whatever generation; nullptr where there is none.
  Request* find(Ticket ticket) const noexcept { return slots_.find(ticket.index); }

  /// The request that works for that aiocb; nullptr where there is none.
  Request* find(const aiocb& control_block) const noexcept;

  /// Makes memory ready for that many slots, within reason: it is a hint, and takes memory.
  void reserve(std::size_t count) noexcept { slots_.reserve(std::min(count, kMostReserved)); }

  std::size_t outstanding() const noexcept { return outstanding_.load(std::memory_order_relaxed); }

  Counters counters;

 private:
  static constexpr std::size_t kMostReserved = 16'384;

  // Twice the largest AIOX_MAX_REQUESTS: what is done but has not told of it yet holds a slot, too.
  SlabPool<Request, 256, 65'536> slots_;
  std::atomic<std::size_t> outstanding_ = 0;  // relaxed: a number by itself
};

}  // namespace aiox
