// SPDX-License-Identifier: MIT
#include "engine/run_queue.h"

#include <sched.h>

#include <algorithm>
#include <bit>

#include "sys/clock.h"

namespace aiox {

std::uint8_t RunQueue::rank_of_caller(int reqprio) noexcept {
  constexpr int kHighestPriority = 99;
  const int policy = ::sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
  sched_param parameters{};
  if ((policy == SCHED_FIFO || policy == SCHED_RR) && ::sched_getparam(0, &parameters) == 0) {
    const int rank = kHighestPriority - (parameters.sched_priority - reqprio);
    return static_cast<std::uint8_t>(std::clamp(rank, 0, static_cast<int>(kRealTimeRanks) - 1));
  }
  return static_cast<std::uint8_t>(static_cast<int>(kRealTimeRanks) + reqprio);
}

// Once it is queued the request may be over, and its slot another's, at any moment.
bool RunQueue::push(Request& request, Ticket ticket, std::uint8_t rank,
                    const sys::SignalsBlocked& proof) noexcept {
  AIOX_ASSERT(rank < kLanes);
  if (!request.transition(ticket.generation, State::kWaiting, State::kQueued)) {
    return false;
  }
  if (backlog_lengths_[rank].load(std::memory_order_acquire) != 0 ||
      !open_door(rank, proof).push(ticket)) {
    push_backlog(rank, request, ticket.generation, proof);
  }
  occupied_[rank / 64].fetch_or(std::uint64_t{1} << rank % 64, std::memory_order_acq_rel);
  size_.fetch_add(1, std::memory_order_seq_cst);
  return true;
}

Lane& RunQueue::open_door(std::size_t rank, const sys::SignalsBlocked& proof) noexcept {
  if (Lane* const lane = door(rank); lane != nullptr) {
    return *lane;
  }
  sys::MutexLock lock(mutex_, proof);
  Lane* lane = door(rank);
  if (lane == nullptr) {
    lane = new (doors_[rank].storage) Lane;
    doors_[rank].lane.store(lane, std::memory_order_release);
  }
  return *lane;
}

void RunQueue::push_backlog(std::size_t rank, Request& request, std::uint32_t generation,
                            const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(mutex_, proof);
  // It may have been cancelled since; who cancels looks at in_backlog under this lock afterwards.
  if (request.word.load(std::memory_order_acquire) != Request::pack(generation, State::kQueued)) {
    return;
  }
  backlogs_[rank].push_back(request);
  request.in_backlog = true;
  backlog_lengths_[rank].fetch_add(1, std::memory_order_release);
}

void RunQueue::remove(Request& request, const sys::SignalsBlocked& proof) noexcept {
  size_.fetch_sub(1, std::memory_order_seq_cst);
  sys::MutexLock lock(mutex_, proof);
  if (request.in_backlog) {
    backlogs_[request.lane].remove(request);
    request.in_backlog = false;
    backlog_lengths_[request.lane].fetch_sub(1, std::memory_order_release);
  }
}

Request* RunQueue::take(const sys::SignalsBlocked& proof) noexcept {
  Request* const request = size() > 0 ? take_first(proof) : nullptr;
  size_.fetch_sub(request != nullptr ? 1 : 0, std::memory_order_seq_cst);
  return request;
}

Request* RunQueue::take_claimed(const sys::SignalsBlocked& proof) noexcept {
  Request* const request = take_first(proof);
  size_.fetch_add(request == nullptr ? 1 : 0, std::memory_order_seq_cst);
  return request;
}

Request* RunQueue::take_first(const sys::SignalsBlocked& proof) noexcept {
  sys::MutexLock lock(consumer_mutex_, proof);
  for (std::size_t rank = 0; choose(rank, proof);) {
    const Ticket ticket = fronts_[rank];
    fronts_[rank] = {};
    Request* const request = table_.find(ticket);
    if (request->transition(ticket.generation, State::kQueued, State::kRunning)) {
      return request;
    }
  }
  return nullptr;
}

// The most urgent lane, unless the front of another one has waited for too long.
bool RunQueue::choose(std::size_t& rank, const sys::SignalsBlocked& proof) noexcept {
  bool found = false;
  sys::Nanoseconds oldest = 0;
  std::size_t oldest_rank = 0;
  for (std::size_t word = 0; word < kWords; ++word) {
    for (std::uint64_t bits = occupied_[word].load(std::memory_order_acquire); bits != 0;
         bits &= bits - 1) {
      const std::size_t candidate = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      if (!has_front(candidate, proof)) {
        continue;
      }
      const Request* const request = table_.find(fronts_[candidate]);
      const sys::Nanoseconds submitted_at = request->submitted_at.load(std::memory_order_relaxed);
      if (!found || submitted_at < oldest) {
        oldest = submitted_at;
        oldest_rank = candidate;
      }
      rank = found ? rank : candidate;
      found = true;
    }
  }
  if (found && rank != oldest_rank && sys::monotonic_now() - oldest > config_.aging_time()) {
    rank = oldest_rank;
  }
  return found;
}

bool RunQueue::has_front(std::size_t rank, const sys::SignalsBlocked& proof) noexcept {
  Ticket& front = fronts_[rank];
  if (front.generation != 0 && is_live(front)) {
    return true;
  }
  const std::uint64_t bit = std::uint64_t{1} << rank % 64;
  for (;;) {
    while (pop(rank, front, proof)) {
      if (is_live(front)) {
        return true;
      }
    }
    front = {};
    occupied_[rank / 64].fetch_and(~bit, std::memory_order_acq_rel);
    if (door(rank)->empty() && backlog_lengths_[rank].load(std::memory_order_acquire) == 0) {
      return false;
    }
    occupied_[rank / 64].fetch_or(bit, std::memory_order_acq_rel);
  }
}

bool RunQueue::pop(std::size_t rank, Ticket& ticket, const sys::SignalsBlocked& proof) noexcept {
  if (door(rank)->pop(ticket)) {
    return true;
  }
  if (backlog_lengths_[rank].load(std::memory_order_acquire) == 0) {
    return false;
  }
  sys::MutexLock lock(mutex_, proof);
  // Once more: what is older than the backlog may have come to the door after we found it empty.
  if (door(rank)->pop(ticket)) {
    return true;
  }
  Request* const request = backlogs_[rank].pop_front();
  if (request == nullptr) {
    return false;
  }
  ticket = request->ticket();
  request->in_backlog = false;
  backlog_lengths_[rank].fetch_sub(1, std::memory_order_release);
  return true;
}

bool RunQueue::is_live(Ticket ticket) const noexcept {
  const Request* const request = table_.find(ticket);
  return request->word.load(std::memory_order_acquire) ==
         Request::pack(ticket.generation, State::kQueued);
}

}  // namespace aiox
