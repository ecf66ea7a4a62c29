// SPDX-License-Identifier: MIT
//
// What the tests over the gate have in common: requests with names of one letter, whose order of
// start the gate tells as a string.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string_view>

#include "support/descriptors.h"
#include "support/events.h"
#include "support/gate.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {

/// What else a request may ask for.
struct Wishes {
  int reqprio = 0;
  sigevent event = no_event();
  int fildes = -1;  // -1: the fixture's file
};

class GateTest : public ::testing::Test {
 protected:
  GateTest() { gate.close(); }

  /// Lets everything end while the requests' aiocbs are still there.
  ~GateTest() override;

  /// Made, but not submitted. A write named 'C' puts a C at offset 2 ('A' being at 0); a read
  /// reads the byte there.
  Transfer& make_write(char name, const Wishes& wishes = {});
  Transfer& make_read(char name, const Wishes& wishes = {});
  Transfer& make_sync(const Wishes& wishes = {});

  /// Made, and submitted with success.
  Transfer& write(char name, const Wishes& wishes = {});
  Transfer& read(char name, const Wishes& wishes = {});
  Transfer& sync(const Wishes& wishes = {});

  /// Makes every worker there can be busy: there is one, held at the gate with a read of `spare`
  /// that is named '.'. What is submitted from now on stays queued.
  Transfer& hold_the_only_worker();

  /// Opens the gate, and returns the names in order of start once all requests are over.
  std::string order_of_start();

  /// Waits for all requests of the fixture. They can be retrieved afterwards.
  void wait_for_all();

  Gate& gate = process_gate();
  TempFile file{"...................................."};
  TempFile spare{"...................................."};

 private:
  Transfer& keep(const Wishes& wishes, char name, int opcode);

  std::deque<Transfer> transfers_;
};

}  // namespace aiox::test
