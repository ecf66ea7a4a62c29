// SPDX-License-Identifier: MIT
//
// Requests and what became of each: the call, the result, how often it was told of.
#pragma once

#include <aio.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>

#include "support/transfer.h"

namespace aiox::test {

/// How one is told.
enum class Tell { kNot, kSignal, kThreadSignal, kCallback, kCallbackWithAttributes };

/// Says on standard error what is wrong, and remembers it.
void wrong(const std::string& what);
bool is_all_right();

/// What is being done, for wrong() and for the message of a hang.
void doing(const char* what);
const char* what_is_done();

/// One notification that may come.
struct Bell {
  std::atomic<int> rung = 0;
  sigevent event(Tell how);
};

class Order : public Transfer {
 public:
  Order(int fildes, std::size_t nbytes, off_t offset, Tell how);
  Order(int fildes, std::string_view bytes, off_t offset, Tell how);

  Bell bell;
  bool tells = false;
  bool in_list = false;
  bool accepted = false;
  bool done = false;  // refused, or looked at by Ledger::finish()
  bool may_be_canceled = false;
  int error = 0;
  ssize_t value = 0;

  bool succeeded() const { return done && error == 0; }
};

/// All orders of a round. In the end it knows whether everything came as it has to.
class Ledger {
 public:
  Ledger();
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  Order& read(int fildes, std::size_t nbytes, off_t offset = 0, Tell how = Tell::kNot);
  Order& write(int fildes, std::string_view bytes, off_t offset = 0, Tell how = Tell::kNot);
  Order& sync(int fildes, int operation, Tell how = Tell::kNot);

  /// For a list.
  Order& unsent_read(int fildes, std::size_t nbytes, off_t offset, Tell how = Tell::kNot);
  Order& unsent_write(int fildes, std::string_view bytes, off_t offset, Tell how = Tell::kNot);
  void list(int mode, std::initializer_list<Order*> orders, Tell how = Tell::kNot);

  /// Waits until it is over, and checks the result.
  void finish(Order& order);
  void finish_all();

  /// Drives the library on until all has been told, and checks that nothing was told twice and that
  /// the library has counted what was accepted.
  void settle();

 private:
  void sent(Order& order, int result, int error);
  bool all_told() const;

  struct ListBell {
    Bell bell;
    bool owed = false;
  };
  std::deque<Order> orders_;
  std::deque<ListBell> lists_;
  std::uint64_t accepted_in_lists_ = 0;
  std::uint64_t before_;
};

}  // namespace aiox::test
