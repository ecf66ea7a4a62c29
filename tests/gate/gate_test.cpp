// SPDX-License-Identifier: MIT
#include "gate_test.h"

#include <aio.h>
#include <fcntl.h>
#include <stdlib.h>

#include <cerrno>

namespace aiox::test {
namespace {

// The order of start shall not depend on how fast the test gets on, and a descriptor is not to wait
// at its end for what the gate holds. Before the library reads its environment; a test that is
// about one of these brings its own.
[[gnu::constructor(101)]] void prepare_environment() {
  ::setenv("AIOX_AGING_MS", "86400000", 0);
  ::setenv("AIOX_CLOSE_TIMEOUT_MS", "0", 0);
}

}  // namespace

GateTest::~GateTest() {
  gate.open();
  wait_for_all();
}

void GateTest::wait_for_all() {
  for (const Transfer& transfer : transfers_) {
    if (aio_error(&transfer) == EINPROGRESS) {
      wait_for(transfer);
    }
  }
}

Transfer& GateTest::keep(const Wishes& wishes, char name, int opcode) {
  const int fildes = wishes.fildes != -1 ? wishes.fildes : static_cast<int>(file);
  Transfer& made =
      transfers_.emplace_back(fildes, std::string_view(&name, 1), name >= 'A' ? name - 'A' : 0);
  made.aio_reqprio = wishes.reqprio;
  made.aio_sigevent = wishes.event;
  made.aio_lio_opcode = opcode;
  return made;
}

Transfer& GateTest::make_write(char name, const Wishes& wishes) {
  return keep(wishes, name, LIO_WRITE);
}

Transfer& GateTest::make_read(char name, const Wishes& wishes) {
  return keep(wishes, name, LIO_READ);
}

Transfer& GateTest::make_sync(const Wishes& wishes) { return keep(wishes, 's', LIO_NOP); }

Transfer& GateTest::write(char name, const Wishes& wishes) {
  Transfer& made = make_write(name, wishes);
  EXPECT_EQ(aio_write(&made), 0) << name;
  return made;
}

Transfer& GateTest::read(char name, const Wishes& wishes) {
  Transfer& made = make_read(name, wishes);
  EXPECT_EQ(aio_read(&made), 0) << name;
  return made;
}

Transfer& GateTest::sync(const Wishes& wishes) {
  Transfer& made = make_sync(wishes);
  EXPECT_EQ(aio_fsync(O_SYNC, &made), 0);
  return made;
}

Transfer& GateTest::hold_the_only_worker() {
  limit_workers(1);
  gate.close();
  const std::size_t before = gate.started().size();
  Transfer& held = read('.', {.fildes = spare});
  gate.wait_started(before + 1);
  return held;
}

std::string GateTest::order_of_start() {
  gate.open();
  wait_for_all();
  return gate.started();
}

}  // namespace aiox::test
