// SPDX-License-Identifier: MIT
//
// What is outstanding on one descriptor, and whose turn it is.
//
// Reads, writes and syncs are on a list each, in the order of admission. Of ordered requests (on a
// stream, or a write to an O_APPEND file) only the first one of its list has its turn. Reads and
// writes do not know of each other.
//
// Barriers. A write knows how many barriers there were before it, and a barrier with a larger
// number opens when it is over. As `writes_` is in order, its first element tells which barriers
// are open: O(1) for each request, however many are outstanding (invariant 10).
#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include "engine/arguments.h"
#include "engine/barrier.h"
#include "io/readiness.h"
#include "request/request.h"
#include "sys/mutex.h"

namespace aiox {

/// All-zero bytes are a descriptor with nothing outstanding.
class alignas(128) Descriptor {
 public:
  using List = IntrusiveList<Request, &Request::on_descriptor>;
  using Barriers = IntrusiveList<Barrier, &Barrier::on_descriptor>;

  /// First in the lock order. Of several descriptors' only one is held at a time.
  sys::Mutex mutex;

  /// Enters a request at the end of its list. True when it has its turn at once.
  [[nodiscard]] bool enter(Request& request) noexcept AIOX_REQUIRES(mutex) {
    List& list = list_of(request.operation.opcode);
    request.barrier = barriers_set_;
    list.push_back(request);
    return !is_sync(request.operation.opcode) && has_turn(request);
  }

  /// Removes a request that is over. A write's failure goes to the barriers behind it; a cancelled
  /// one is no failure, and ETIMEDOUT, an abandoned one, outweighs all. Barriers that it opens are
  /// moved to `opened`.
  void leave(Request& request, int error, Barriers& opened) noexcept AIOX_REQUIRES(mutex) {
    list_of(request.operation.opcode).remove(request);
    if (request.operation.opcode != Opcode::kWrite) {
      return;
    }
    if (error != 0 && error != ECANCELED) {
      for (Barrier* barrier = barriers_.front(); barrier != nullptr;
           barrier = Barriers::next(*barrier)) {
        if (barrier->number > request.barrier && (barrier->error == 0 || error == ETIMEDOUT)) {
          barrier->error = error;
        }
      }
    }
    while (!barriers_.empty() &&
           (writes_.empty() || writes_.front()->barrier >= barriers_.front()->number)) {
      opened.push_back(*barriers_.pop_front());
    }
  }

  /// Sets a barrier behind the writes that are outstanding. False when there are none.
  [[nodiscard]] bool set_barrier(Barrier& barrier) noexcept AIOX_REQUIRES(mutex) {
    if (writes_.empty()) {
      return false;
    }
    barrier.number = ++barriers_set_;
    barrier.error = 0;
    barriers_.push_back(barrier);
    return true;
  }

  /// Calls `visit(Request&)` for the writes between that barrier, the last one, and the one before.
  template <typename Visit>
  void for_each_write_covered_anew(const Barrier& barrier, Visit&& visit) noexcept
      AIOX_REQUIRES(mutex) {
    for (Request* write = writes_.back(); write != nullptr && write->barrier + 1 == barrier.number;
         write = List::previous(*write)) {
      visit(*write);
    }
  }

  /// Calls `visit(Request&)` for those before that ordered request in its list, back to the one
  /// that is ordered, too: writes from before O_APPEND was set.
  template <typename Visit>
  void for_each_unordered_right_before(const Request& ordered, Visit&& visit) noexcept
      AIOX_REQUIRES(mutex) {
    for (Request* one = List::previous(ordered); one != nullptr && !one->ordered;
         one = List::previous(*one)) {
      visit(*one);
    }
  }

  /// Whether it is the first of its list.
  bool is_first(const Request& request) noexcept AIOX_REQUIRES(mutex) {
    return list_of(request.operation.opcode).front() == &request;
  }

  /// The ordered request of that direction that has its turn and still waits; nullptr for none.
  Request* next_in_line(Opcode direction) noexcept AIOX_REQUIRES(mutex) {
    Request* const first = list_of(direction).front();
    return first != nullptr && first->ordered && first->state() == State::kWaiting ? first
                                                                                   : nullptr;
  }

  /// Whether an ordered request of that direction waits or runs.
  bool has_line(Opcode direction) noexcept AIOX_REQUIRES(mutex) {
    const Request* const first = list_of(direction).front();
    return first != nullptr && first->ordered;
  }

  bool has_barriers() const noexcept AIOX_REQUIRES(mutex) { return !barriers_.empty(); }

  bool has_writes() const noexcept AIOX_REQUIRES(mutex) { return !writes_.empty(); }

  bool has_syncs() const noexcept AIOX_REQUIRES(mutex) { return !syncs_.empty(); }

  std::array<List*, 3> lists() noexcept AIOX_REQUIRES(mutex) {
    return {&syncs_, &writes_, &reads_};
  }

  bool is_empty() const noexcept AIOX_REQUIRES(mutex) {
    return reads_.empty() && writes_.empty() && syncs_.empty();
  }

  /// The file that the last write was for, as its submission found it: so a sync need not ask the
  /// kernel about a number that is not its own. Meaningless before the first write.
  FileIdentity written AIOX_GUARDED_BY(mutex) = {};

  /// Calls of close() and the like that are under way: no request is accepted.
  int closing AIOX_GUARDED_BY(mutex) = 0;

  /// How often the number was closed: who has looked at its file before has seen another one.
  /// Written under the mutex; acquire and release.
  std::atomic<std::uint32_t> closes = 0;

  /// The wait words of those who wait for requests to end, that they may close or exit.
  std::atomic<std::uint64_t> closers = 0;

  /// Not 0: a request was submitted since the number was last closed, and when the first one was
  /// (DescriptorTable::use()). Written under the mutex; relaxed: close() looks at it first, and a
  /// program that lets a close and a first submission race has nothing to be promised.
  std::atomic<std::uint64_t> used_since = 0;

  bool is_used() const noexcept { return used_since.load(std::memory_order_relaxed) != 0; }

  bool was_used_before(std::uint64_t time) const noexcept {
    const std::uint64_t since = used_since.load(std::memory_order_relaxed);
    return since != 0 && since < time;
  }

  /// What the readiness thread watches this descriptor for.
  io::Interests watched AIOX_GUARDED_BY(mutex) = io::kNone;

  /// With io::kEdge: there was a change while a worker tried, and there will be no other event.
  bool changed AIOX_GUARDED_BY(mutex) = false;

 private:
  List& list_of(Opcode opcode) noexcept AIOX_REQUIRES(mutex) {
    return opcode == Opcode::kRead ? reads_ : opcode == Opcode::kWrite ? writes_ : syncs_;
  }

  bool has_turn(const Request& request) noexcept AIOX_REQUIRES(mutex) {
    return !request.ordered || is_first(request);
  }

  List reads_ AIOX_GUARDED_BY(mutex);
  List writes_ AIOX_GUARDED_BY(mutex);
  List syncs_ AIOX_GUARDED_BY(mutex);
  Barriers barriers_ AIOX_GUARDED_BY(mutex);
  std::uint64_t barriers_set_ AIOX_GUARDED_BY(mutex) = 0;
};

}  // namespace aiox
