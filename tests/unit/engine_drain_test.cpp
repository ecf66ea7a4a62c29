// SPDX-License-Identifier: MIT
//
// What exit has the engine do.
#include <atomic>
#include <thread>

#include "engine_test.h"

namespace aiox::test {
namespace {

using EngineDrain = EngineTest;

// The worker is slow to tell, and exit waits for the write alone.
TEST_F(EngineDrain, LetsNothingBeToldOfThatItWaitedFor) {
  std::atomic<bool> is_drained = false;
  notifier.before_deliver = [&] {
    wait_until([&] { return is_drained.load(); }, "the end of drain()");
  };
  gate.close();
  submitted('A', Opcode::kWrite);
  gate.wait_started(1);
  std::thread opener([&] {
    notifier.wait_muted();
    gate.open();
  });
  {
    const sys::SignalsBlocked proof(sys::SignalsBlocked::Threads::kAreForbidden);
    engine->drain(proof);
  }
  is_drained = true;
  opener.join();
  wait_until([&] { return notifier.alive() == 0; }, "the notice to be returned");
  EXPECT_EQ(notifier.told(), "");
}

TEST_F(EngineDrain, LetsWhatComesLaterBeToldOf) {
  submitted('A', Opcode::kWrite);
  {
    const sys::SignalsBlocked proof(sys::SignalsBlocked::Threads::kAreForbidden);
    engine->drain(proof);
  }
  wait_until([&] { return notifier.alive() == 0; }, "the notice to be returned");
  const std::string before = notifier.told();
  submitted('B', Opcode::kWrite);
  notifier.wait_told(before + 'B');
}

}  // namespace
}  // namespace aiox::test
