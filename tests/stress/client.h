// SPDX-License-Identifier: MIT
//
// A thread that makes random AIO calls, and keeps account of what it was promised and what came.
#pragma once

#include <aio.h>
#include <signal.h>
#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>

#include "stamped_file.h"

namespace aiox::test {

/// What a client saw, as aiox_stats() counts it.
struct Tally {
  std::uint64_t accepted = 0;
  std::uint64_t completed = 0;
  std::uint64_t cancelled = 0;
};

struct Tallies {
  Tally read;
  Tally write;
  Tally sync;

  void add(const Tallies& other);
};

/// What a notification is counted on.
class Expectation {
 public:
  /// One more is due.
  void expect() { ++due_; }
  void forget() { --due_; }
  bool is_met() const { return told_.load(std::memory_order_acquire) >= due_; }
  bool is_exceeded() const { return told_.load(std::memory_order_acquire) > due_; }

  void tell() { told_.fetch_add(1, std::memory_order_acq_rel); }

 private:
  std::atomic<unsigned> told_ = 0;
  unsigned due_ = 0;
};

/// What clients of one test may do.
struct Habits {
  bool change_workers = true;
  bool block_in_suspend = true;
};

class Client {
 public:
  static constexpr std::size_t kPlaces = 24;  // the blocks of a client in each file

  Client(std::deque<StampedFile>& files, std::size_t number, std::uint32_t seed,
         const Habits& habits);

  /// Makes that many calls, and waits for the end of everything.
  void run(int calls);

  const Tallies& tallies() const { return tallies_; }
  bool was_told_too_often() const;

  /// Leaves the signal of notifications pending for the clients, in the calling thread and those
  /// that it starts.
  static void block_signals();

 private:
  static constexpr std::size_t kSlots = kPlaces;

  /// One request, that knows where it goes. Slot n works on the client's n-th block of some file.
  struct Slot : aiocb {
    Slot() : aiocb{} {}
    Block buffer;
    std::size_t file = 0;
    std::size_t block = 0;
    int opcode = LIO_NOP;  // LIO_NOP stands for a sync
    bool in_flight = false;
    bool tells = false;
    Expectation notification;
  };

  void step();
  void submit(Slot& slot);
  void submit_list();
  void cancel(Slot& slot);
  void cancel_all();
  void suspend();
  void change_workers();
  bool harvest(Slot& slot);
  void drain();

  void prepare(Slot& slot, bool may_sync);
  void choose_event(sigevent& event, Expectation& expectation, bool& tells);
  Tally& tally_of(const Slot& slot);

  std::size_t below(std::size_t bound) { return random_() % bound; }
  Slot& any_slot() { return slots_[below(kSlots)]; }

  static void take_signals();
  static void on_callback(sigval value);

  std::deque<StampedFile>& files_;
  std::size_t number_;
  std::mt19937 random_;
  Habits habits_;
  pid_t thread_ = 0;
  Tallies tallies_;
  std::array<Slot, kSlots> slots_;
  Expectation list_notification_;
};

}  // namespace aiox::test
