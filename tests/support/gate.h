// SPDX-License-Identifier: MIT
//
// The gate: a back-end that holds each operation until the test lets it go, and then really does
// it. So "queued", "in progress" and "cancelled while running" are exact, with no sleeps.
//
// Operations have names of one character: the first byte of their buffer, '0' where it has none;
// 's' for a sync, 'd' for a data sync.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "io/backend.h"

namespace aiox::test {

/// Open at first.
class Gate final : public io::Backend {
 public:
  /// Called by the workers.
  Result perform(const Operation& operation) noexcept override;

  /// Holds nobody, as it is called under a lock. Has no part in started().
  io::Attempt attempt(const Operation& operation,
                      const sys::SignalsBlocked& proof) noexcept override;

  /// The first bytes of a read are there at once, as many as were offered: at first none.
  void offer(std::size_t nbytes);
  io::Attempt attempt_file(const Operation& operation, Shortcut shortcut) noexcept override;

  /// From now on attempts of files take as long as if they had waited for a device.
  void wait_for_a_device();

  /// How many attempts of files there were.
  std::size_t file_attempts() const;

  /// Holds what enters from now on.
  void close();

  /// Lets everything go, now and from now on.
  void open();

  /// Of those that are held or will be, lets the next `count` go, in the order of their arrival.
  void let_through(std::size_t count = 1);

  /// Lets that one go, whichever came before it.
  void let_go(char name);

  /// Has that one end with a result of the test's choice, in place of the real operation.
  void answer(char name, Result result);

  /// Waits until that many operations have entered since the gate was made.
  void wait_started(std::size_t count);

  /// The names of the operations that have entered, in that order.
  std::string started() const;

  /// The largest number of operations that were inside at the same time.
  std::size_t most_inside() const;

 private:
  bool may_pass(std::size_t number, char name) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  std::size_t offered_ = 0;
  bool waits_for_device_ = false;
  std::size_t file_attempts_ = 0;
  std::size_t passes_ = 0;  // while closed: the first that many operations may pass
  std::set<char> let_go_;
  std::map<char, Result> answers_;
  std::string started_;
  std::size_t inside_ = 0;
  std::size_t most_inside_ = 0;
};

/// The one that stands behind the process's calls where gate_wiring.cpp is linked in.
Gate& process_gate();

}  // namespace aiox::test
