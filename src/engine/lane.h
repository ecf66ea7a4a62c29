// SPDX-License-Identifier: MIT
//
// The fast door of a lane: the one file that uses Boost.
#pragma once

#include <boost/lockfree/queue.hpp>
#include <cstddef>
#include <cstdint>
#include <new>

#include "request/request.h"

namespace aiox {

/// A bounded multi-producer queue of tickets. It keeps the order of the pushes of each thread, does
/// not allocate and throws nothing. Only one consumer may pop at a time: the node that it reads can
/// then not be reused under it.
class Lane {
 public:
  static constexpr std::size_t kCapacity = 256;

  /// False when it is full.
  [[nodiscard]] bool push(Ticket ticket) noexcept { return tickets_.bounded_push(ticket.bits()); }

  /// False when it is empty.
  [[nodiscard]] bool pop(Ticket& ticket) noexcept {
    std::uint64_t bits = 0;
    const bool popped = tickets_.pop(bits);
    ticket = Ticket::from_bits(bits);
    return popped;
  }

  bool empty() const noexcept { return tickets_.empty(); }

 private:
  boost::lockfree::queue<std::uint64_t, boost::lockfree::capacity<kCapacity>> tickets_;
};

}  // namespace aiox
