// SPDX-License-Identifier: MIT
//
// The run queue: requests that may run now, the most urgent first.
//
// There is a lane for each rank, FIFO within it: 119 ranks of real-time submitters (scheduling
// priority minus aio_reqprio), then the 21 of aio_reqprio for all others. A lane is a bounded
// lock-free queue of tickets (the door) and, behind it, an intrusive FIFO through the slots (the
// backlog) that takes what finds the door full:
//
//   - Whoever finds the backlog not empty queues there, so the door only holds what is older.
//   - A cancelled request leaves the backlog at once and the door as a void ticket, skipped when it
//     is popped. So memory is bounded by what is outstanding plus one door for each lane in use.
//
// No starvation: a request that has waited longer than AIOX_AGING_MS goes first, the oldest of
// several. To compare, each lane's first ticket is taken out of its door and held as the front.
//
// Lock order: descriptor, then consumer_mutex_, then mutex_ (each may be skipped).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/lane.h"
#include "request/request.h"
#include "request/request_table.h"
#include "sys/config.h"
#include "sys/mutex.h"
#include "sys/pages.h"

namespace aiox {

class RunQueue {
 public:
  RunQueue(const RequestTable& table, const sys::Config& config) noexcept
      : table_(table), config_(config) {}

  explicit operator bool() const noexcept { return static_cast<bool>(doors_); }

  /// The rank of a request that the calling thread submits with that aio_reqprio (0 to 20): that of
  /// one with 0, and as much more.
  /// Asks the kernel for the thread's scheduling class: one system call, two for a real-time
  /// thread.
  static std::uint8_t rank_of_caller(int reqprio) noexcept;

  /// Queues a request that is kWaiting, in the lane `rank`. False when it is not, or not the one
  /// that `ticket` names: it was cancelled in the meantime.
  [[nodiscard]] bool push(Request& request, Ticket ticket, std::uint8_t rank,
                          const sys::SignalsBlocked& proof) noexcept;

  /// Takes the request whose turn it is and starts it: it is kRunning and the caller's. nullptr
  /// when none is queued. For workers only: it takes a lock that they share.
  [[nodiscard]] Request* take(const sys::SignalsBlocked& proof) noexcept;

  /// take() in two steps: claim() counts a request as taken, whichever that will be, before the
  /// caller does something else. take_claimed() must follow; it finds nothing where another thread
  /// has taken or cancelled the last one.
  void claim() noexcept { size_.fetch_sub(1, std::memory_order_seq_cst); }
  [[nodiscard]] Request* take_claimed(const sys::SignalsBlocked& proof) noexcept;

  /// Forgets a request that has just left kQueued in another way.
  void remove(Request& request, const sys::SignalsBlocked& proof) noexcept;

  /// The number of requests queued and not claimed. It may be too low while a push is under way,
  /// but every push ends with a count that includes it; and too high until a cancelled one is
  /// removed. seq_cst, see WorkerPool.
  std::ptrdiff_t size() const noexcept { return size_.load(std::memory_order_seq_cst); }

 private:
  static constexpr std::size_t kRealTimeRanks = 119;
  static constexpr std::size_t kLanes = kRealTimeRanks + kReqprioMax + 1;
  static constexpr std::size_t kWords = (kLanes + 63) / 64;

  // A door takes memory when its lane is first used; all-zero bytes are no door yet.
  struct alignas(64) Door {
    std::atomic<Lane*> lane;  // release in open_door(), acquire in door(): the queue is constructed
    alignas(Lane) std::byte storage[sizeof(Lane)];
  };

  using Backlog = IntrusiveList<Request, &Request::on_lane>;

  Lane* door(std::size_t rank) noexcept {
    return doors_[rank].lane.load(std::memory_order_acquire);
  }
  Lane& open_door(std::size_t rank, const sys::SignalsBlocked& proof) noexcept;
  void push_backlog(std::size_t rank, Request& request, std::uint32_t generation,
                    const sys::SignalsBlocked& proof) noexcept;
  bool is_live(Ticket ticket) const noexcept;
  bool pop(std::size_t rank, Ticket& ticket, const sys::SignalsBlocked& proof) noexcept;
  bool has_front(std::size_t rank, const sys::SignalsBlocked& proof) noexcept
      AIOX_REQUIRES(consumer_mutex_);
  Request* take_first(const sys::SignalsBlocked& proof) noexcept;
  bool choose(std::size_t& rank, const sys::SignalsBlocked& proof) noexcept
      AIOX_REQUIRES(consumer_mutex_);

  const RequestTable& table_;
  const sys::Config& config_;
  std::atomic<std::ptrdiff_t> size_ = 0;

  // A bit for each lane that may hold something: set after a push, cleared by the consumer that
  // finds it empty and looks again afterwards. acq_rel on both sides, so one of the two sees the
  // other.
  std::array<std::atomic<std::uint64_t>, kWords> occupied_{};

  sys::PagedArray<Door, kLanes> doors_;

  sys::Mutex mutex_;
  std::array<Backlog, kLanes> backlogs_ AIOX_GUARDED_BY(mutex_);
  // Written under mutex_, read without: release against acquire, so that who sees the backlog empty
  // also finds what left it out of the way.
  std::array<std::atomic<std::uint32_t>, kLanes> backlog_lengths_{};

  sys::Mutex consumer_mutex_;
  std::array<Ticket, kLanes> fronts_ AIOX_GUARDED_BY(consumer_mutex_){};  // generation 0: none
};

}  // namespace aiox
