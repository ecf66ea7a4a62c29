// SPDX-License-Identifier: MIT
//
// A lio_listio() call under way: what its entries have left to be done for several of them at once.
//
// What waits here is in a state in which others can end it. An O_DIRECT entry is kWaiting until
// just before io_submit(): it can be cancelled, and carried out by a closer who finds its submitter
// stuck. What was queued is kQueued: workers who pass by take it, and only that one is called is
// put off.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "engine/arguments.h"
#include "engine/run_queue.h"
#include "io/aio_context.h"
#include "request/io_list.h"
#include "sys/clock.h"

namespace aiox {

class ListCall {
 public:
  /// So many are left at most before something is done: bounded, as a later entry may take its time
  /// (its file's server does not answer), and small, as it is on the caller's stack.
  static constexpr std::size_t kMost = 64;

  /// How long signals are held up in one sleep until there is room.
  static constexpr sys::Nanoseconds kRest = 10 * sys::kNanosecondsPerMillisecond;

  /// `portion` is for how many bytes attempts are made before the caller does something else.
  ListCall(IoList& list, bool waits, std::size_t portion) noexcept
      : list_(list), portion_(portion), room_(portion), waits_(waits) {}

  IoList& list() const noexcept { return list_; }

  /// What became of an entry's submission.
  void note(int error) noexcept {
    failed_ |= error != 0;
    exhausted_ |= error == EAGAIN;
  }
  void note_failure(bool failed, bool exhausted) noexcept {
    failed_ |= failed;
    exhausted_ |= exhausted;
  }
  int answer() const noexcept { return exhausted_ ? EAGAIN : failed_ ? EIO : 0; }

  /// Whether what the kernel has no room for is kept until it has: by a caller who waits anyway,
  /// while others get on. Else it is for the workers.
  bool waits_for_room() const noexcept { return waits_ && rests_in_vain_ < kMostRestsInVain; }
  void note_room(io::Room room) noexcept {
    rests_in_vain_ = room == io::Room::kNothing ? rests_in_vain_ + 1 : 0;
  }

  /// Whether the caller waits for all entries, and has not been interrupted.
  bool waits() const noexcept { return waits_; }

  /// The wait has ended by a handler: whatever is left is handed to others, and the call
  /// returns.
  void interrupt() noexcept {
    waits_ = false;
    room_ = 0;
    is_interrupted_ = true;
  }
  bool is_interrupted() const noexcept { return is_interrupted_; }

  /// For how many bytes an attempt in the caller may be made.
  std::size_t room() const noexcept { return room_; }
  void use_room(std::size_t nbytes) noexcept { room_ -= std::min(room_, nbytes); }

  /// Whether the caller, which waits anyway, would do better to begin a new portion.
  bool wants_new_portion(std::size_t nbytes) const noexcept {
    return waits_ && nbytes > room_ && room_ != portion_;
  }
  void begin_portion() noexcept { room_ = portion_; }

  /// What check_arguments() has found out about the file of the entry before is true of this one,
  /// too, where it is the same descriptor and all else is in order: asked once for both. A close in
  /// between is seen as for any submission.
  bool knows(const aiocb& entry, Opcode opcode, std::uint32_t closes,
             FileTraits& traits) const noexcept {
    traits = known_.traits;
    return entry.aio_fildes == known_.fildes && opcode == known_.opcode &&
           closes == known_.closes && has_valid_values(entry) && entry.aio_offset >= 0 &&
           entry.aio_offset != kOffsetMaximum;
  }
  void learn(const aiocb& entry, Opcode opcode, std::uint32_t closes,
             const FileTraits& traits) noexcept {
    known_ = {.fildes = entry.aio_fildes, .opcode = opcode, .closes = closes, .traits = traits};
  }

  /// RunQueue::rank_of_caller(), asked once.
  std::uint8_t rank(int reqprio) noexcept {
    rank_ = rank_ != kUnknown ? rank_ : RunQueue::rank_of_caller(0);
    return static_cast<std::uint8_t>(rank_ + reqprio);
  }

  /// A handler may have run, and changed any of it.
  void forget_what_is_known() noexcept {
    known_ = {};
    rank_ = kUnknown;
  }

  /// What is for the kernel, and what was queued without a worker having been called.
  void add_direct(const io::Order& order) noexcept { direct_[directs_++] = order; }
  void add_queued() noexcept { ++queued_; }
  bool is_full() const noexcept { return directs_ == kMost || queued_ == kMost; }
  bool has_direct() const noexcept { return directs_ != 0; }
  std::size_t directs() const noexcept { return directs_; }

  std::span<io::Order> take_direct() noexcept {
    return {direct_.data(), std::exchange(directs_, 0)};
  }
  bool take_queued() noexcept { return std::exchange(queued_, 0) != 0; }

 private:
  static constexpr int kUnknown = -1;
  static constexpr int kMostRestsInVain = 100;

  struct Known {
    int fildes = -1;
    Opcode opcode = Opcode::kSync;  // which no entry has: nothing is known
    std::uint32_t closes = 0;
    FileTraits traits{};
  };

  IoList& list_;
  Known known_;
  int rank_ = kUnknown;
  const std::size_t portion_;
  std::size_t room_;
  bool waits_;
  bool is_interrupted_ = false;
  int rests_in_vain_ = 0;  // in a row: the kernel is stuck
  bool failed_ = false;
  bool exhausted_ = false;
  std::size_t queued_ = 0;
  std::size_t directs_ = 0;
  std::array<io::Order, kMost> direct_;
};

}  // namespace aiox
