// SPDX-License-Identifier: MIT
//
// The request: what the kernel calls a kaiocb, with its state machine.
//
//               admit                dispatch              start
//        kFree -------> kWaiting -------------> kQueued -----------> kRunning
//          ^             | |  ^  its turn has     |  a server         |   |
//          |             | |  |  not come, or it  |  took it          |   | finish
//          |             | |  |  is parked        |                   |   |
//          |             | |  +-------------------|-------------------+   |
//          |             | |  not through; and back: to the kernel    |
//          |    attempt, | | cancel               | cancel, withdraw      v
//          |             +-+----------------------+-------------------> kDone
//          +------------------------------ release ------------------------+
//
// The state and the slot's generation are one atomic word, and every change is one
// compare-and-swap of both. So cancel against start is decided in one place (invariant 3), and
// whoever holds the ticket of a request that is over changes nothing.
#pragma once

#include <aio.h>

#include <atomic>
#include <cstdint>

#include "request/intrusive_list.h"
#include "request/operation.h"
#include "request/slab_pool.h"
#include "sys/clock.h"

namespace aiox {

struct Coverage;
struct IoList;
struct Notice;

enum class State : std::uint8_t {
  kFree,     // the slot is in the free list
  kWaiting,  // admitted; its turn, or the readiness of its descriptor, has not come
  kQueued,   // in the run queue
  kRunning,  // a server carries it out
  kDone,     // the final status is published; what is left is to tell of it
};

/// Names one life of one slot: what the aiocb and the run queue hold on to. The generation is never
/// 0.
struct Ticket {
  std::uint32_t index;
  std::uint32_t generation;

  static constexpr Ticket from_bits(std::uint64_t bits) noexcept {
    return {.index = static_cast<std::uint32_t>(bits),
            .generation = static_cast<std::uint32_t>(bits >> 32)};
  }
  constexpr std::uint64_t bits() const noexcept { return std::uint64_t{generation} << 32 | index; }
};

/// Whose a field is:
///   (c) constant from admission to release: written by the submitter before the ticket is out
///   (a) atomic, with its own argument
///   (d) guarded by the mutex of the descriptor that the request is on
///   (q) guarded by the mutex of the run queue
///   (s) its server's alone while kRunning
struct alignas(64) Request : PoolNode {
  /// The one decision: moves this request from one state to another if it still is the one that
  /// `generation` names and nobody was faster.
  bool transition(std::uint32_t generation, State from, State to) noexcept {
    AIOX_ASSERT(is_legal(from, to));
    std::uint64_t expected = pack(generation, from);
    // acq_rel: pairs with the previous and the next transition. The taker sees what the giver
    // wrote.
    return word.compare_exchange_strong(expected, pack(generation, to), std::memory_order_acq_rel);
  }

  State state() const noexcept { return static_cast<State>(word.load(std::memory_order_acquire)); }

  std::uint32_t generation() const noexcept {
    return static_cast<std::uint32_t>(word.load(std::memory_order_acquire) >> 32);
  }

  Ticket ticket() const noexcept { return {.index = index, .generation = generation()}; }

  /// Whether this slot, in that generation, works for that aiocb: the only proof that an aiocb is
  /// in progress. acquire: pairs with the release in end(): who sees the slot gone sees the final
  /// status.
  bool names(const aiocb& block, std::uint32_t of_generation) const noexcept {
    return generation() == of_generation && control_block.load(std::memory_order_relaxed) == &block;
  }

  /// Whether that life of the slot is going on: the request is accepted and its status not
  /// published.
  bool is_outstanding(std::uint32_t of_generation) const noexcept {
    const std::uint64_t seen = word.load(std::memory_order_acquire);
    return seen >> 32 == of_generation && seen != pack(of_generation, State::kDone) &&
           seen != pack(of_generation, State::kFree);
  }

  /// Ends this life of the slot: all tickets of it are void from now on.
  void end() noexcept {
    control_block.store(nullptr, std::memory_order_relaxed);
    const std::uint32_t next = generation() + 1;
    // release: pairs with the acquire in generation().
    word.store(pack(next != 0 ? next : 1, State::kFree), std::memory_order_release);
  }

  static constexpr bool is_legal(State from, State to) noexcept {
    switch (from) {
      case State::kFree: return to == State::kWaiting;
      case State::kWaiting:
        return to == State::kQueued || to == State::kRunning || to == State::kDone;
      case State::kQueued: return to == State::kRunning || to == State::kDone;
      case State::kRunning: return to == State::kDone || to == State::kWaiting;
      case State::kDone: return false;  // only end() follows
    }
    return false;
  }

  static constexpr std::uint64_t pack(std::uint32_t generation, State state) noexcept {
    return std::uint64_t{generation} << 32 | static_cast<std::uint64_t>(state);
  }

  std::atomic<std::uint64_t> word = pack(1, State::kFree);  // (a) generation and state
  std::atomic<const aiocb*> control_block = nullptr;        // (a) whose request it is
  std::atomic<std::uint64_t> waiters = 0;                   // (a) a bit for each wait word to wake
  std::atomic<sys::Nanoseconds> submitted_at = 0;           // (a) relaxed: the run queue peeks
  std::atomic<int> fildes = -1;  // (a) as in `operation`, for who is not sure whose slot it is

  Operation operation{};         // (c)
  IoList* list = nullptr;        // (c) the lio_listio() call that it belongs to
  Notice* notice = nullptr;      // (c) how its completion is told; handed on when it is done
  Coverage* coverage = nullptr;  // (c) of a sync: the writes that it waits for
  std::uint32_t closes = 0;      // (c) how often its number was closed when it was looked at
  std::atomic<std::uint32_t> context =
      0;  // (c) relaxed, as others peek: whose events tell of it in the kernel's AIO; else none's
  std::atomic<bool> is_sync = false;        // (c) relaxed, as others peek
  std::atomic<std::uint64_t> reliance = 0;  // (d) relaxed, as others peek: like `word`, but with a
                                            // bit for each way in which its end is relied on
  std::uint8_t lane = 0;                    // (c) the rank in the run queue
  bool ordered = false;  // (c) served in the order of the calls on its descriptor

  bool in_backlog = false;  // (q) in its lane's intrusive queue
  Link<Request> on_lane;    // (q)

  Link<Request> on_descriptor;  // (d)
  std::size_t moved = 0;        // (d) and (s): bytes of a write that are through already
  std::uint64_t barrier = 0;    // (d) of a write: the number of the last barrier before it

  bool abandoned = false;  // (d) its descriptor was closed while it ran: it is on no list

  sys::Nanoseconds started_at = 0;    // (s)
  sys::Nanoseconds completed_at = 0;  // (d)
};

static_assert(sizeof(Request) <= 256, "a slot takes at most 256 bytes");

}  // namespace aiox
