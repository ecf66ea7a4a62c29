// SPDX-License-Identifier: MIT
//
// The reference model: what POSIX and docs/design.md say, as simply as it can be said, with no
// threads. It knows of each aiocb what it has to answer, and of each request whether it waits for
// its turn, is queued, runs or is over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <vector>

#include "request/operation.h"

namespace aiox::test {

enum class Life : std::uint8_t {
  kFresh,    // zeroed, never submitted
  kWaiting,  // a sync that waits for writes
  kQueued,
  kRunning,
  kOver,
  kStale,  // a copy of an aiocb in progress: in progress itself it is not
};

/// What is known of one aiocb.
struct Slot {
  Life life = Life::kFresh;
  Opcode opcode = Opcode::kRead;
  std::size_t file = 0;
  int reqprio = 0;
  int notice = 0;  // the number that the program is told when it is over; 0: none
  int list = -1;
  Result result = Result::success(0);
  bool retrieved = false;
  int covered_error = 0;
  std::set<std::size_t> waits_for;

  bool in_progress() const { return life >= Life::kWaiting && life <= Life::kRunning; }
};

struct EndCounters {
  std::uint64_t submitted = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  bool operator==(const EndCounters&) const = default;
};

class Reference {
 public:
  static constexpr std::size_t kSlots = 12;
  static constexpr std::size_t kFiles = 3;

  /// What a submission asks for.
  struct Wish {
    Opcode opcode;
    std::size_t file;
    int reqprio;
    int notice;
  };

  const Slot& slot(std::size_t number) const { return slots_[number]; }
  std::set<std::size_t> running() const { return in(Life::kRunning); }
  std::size_t outstanding() const;
  std::size_t room() const { return workers_ > running().size() ? workers_ - running().size() : 0; }
  const EndCounters& counters(Opcode opcode) const {
    return counters_[is_sync(opcode) ? 2 : static_cast<std::size_t>(opcode)];
  }

  void set_workers(std::size_t workers);

  /// The aiocb must not be in progress.
  void submit(std::size_t number, const Wish& wish, int list = -1);

  /// A submission that the call refuses.
  void refuse(std::size_t number, int error) { slots_[number] = refused(error); }

  /// A running one ends.
  void finish(std::size_t number, Result result);

  /// The answers of aio_cancel().
  int cancel(std::size_t number);
  int cancel_all(std::size_t file);

  /// aio_return()'s: the value with its error, or EINVAL or EINPROGRESS.
  Result retrieve(std::size_t number);

  void copy(std::size_t from, std::size_t to);
  void clear(std::size_t number) { slots_[number] = Slot{}; }

  /// Begins a list with that notification; its entries are submitted or told of, then it is sealed.
  int begin_list(int notice);
  void tell(int notice);
  void seal_list(int list) { let_go(list); }

  /// The numbers that the program has to be told since this was asked last.
  std::multiset<int> take_told();

 private:
  static Slot refused(int error);
  std::set<std::size_t> in(Life life) const;
  void end(std::size_t number, Result result);
  void queue(std::size_t number);
  void start();
  void let_go(int list);

  struct List {
    int notice;
    int holders;
  };

  std::size_t workers_ = 1;
  std::array<Slot, kSlots> slots_;
  std::deque<std::size_t> queue_;    // in the order of queueing
  std::deque<std::size_t> waiting_;  // syncs, in the order of submission
  std::vector<List> lists_;
  std::multiset<int> told_;
  std::array<EndCounters, 3> counters_;
};

}  // namespace aiox::test
