// SPDX-License-Identifier: MIT
//
// Turns bytes into calls, makes each of them on the library and on the reference model, and
// compares what they say. A difference is printed with the calls that led to it, and ends the
// process.
#pragma once

#include <aio.h>
#include <signal.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "byte_source.h"
#include "held_operations.h"
#include "reference.h"

namespace aiox::test {

class Driver {
 public:
  explicit Driver(std::span<const std::uint8_t> bytes);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Makes calls until the bytes are used up, and then lets everything end.
  void run();

  /// The number of calls made.
  std::size_t calls() const { return log_.size(); }

  /// Leaves notifications pending, in the calling thread and those that it starts.
  static void block_signals();

  /// What notifications come by.
  static int notice_signal() { return SIGRTMIN + 3; }

 private:
  void step();
  void submit();
  void submit_wrongly();
  void end_one();
  void end_running(std::size_t number, Result result);
  void cancel_one();
  void cancel_all();
  void ask_status();
  void retrieve();
  void suspend();
  void copy();
  void clear();
  void list();
  void change_workers();
  void change_idle_time();

  Reference::Wish wish();
  Result some_result(Opcode opcode, std::size_t nbytes);
  void fill(std::size_t number, const Reference::Wish& wish);
  HeldOperations::Key key_of(std::size_t number) const;

  /// After each call: waits until what the model says runs does run, and compares all that shows.
  void settle();
  static sigset_t notice_set();
  static std::array<EndCounters, 3> end_counters();
  void compare_running();
  void compare_signals();
  void compare_statuses();
  void compare_counters();

  void say(const char* call, std::size_t number = Reference::kSlots);
  template <typename T>
  void expect(T library, T model, const char* what) {
    if (library != model) {
      std::ostringstream text;
      text << what << ": the library says " << library << ", the model " << model;
      differ(text.str());
    }
  }
  [[noreturn]] void differ(const std::string& what);

  ByteSource bytes_;
  Reference model_;
  // A block for each slot, all on pages of their own, so that the sanitizer sees stray accesses.
  std::array<std::unique_ptr<aiocb>, Reference::kSlots> blocks_;
  std::array<std::array<char, 8>, Reference::kSlots> buffers_{};
  std::array<int, Reference::kFiles> files_{};
  std::array<EndCounters, 3> counters_before_;
  int next_notice_ = 1;
  std::vector<std::string> log_;
};

}  // namespace aiox::test
