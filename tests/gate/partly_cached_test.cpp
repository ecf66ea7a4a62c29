// SPDX-License-Identifier: MIT
//
// Reads of which the first bytes were there at once, and the rest is queued.
#include <aio.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "gate_test.h"

namespace aiox::test {
namespace {

class PartlyCachedTest : public GateTest {
 protected:
  /// Submits a read of the first eight bytes, of which three are there.
  void submit_queued() {
    hold_the_only_worker();
    gate.offer(3);
    ASSERT_EQ(aio_read(&read), 0);
    ASSERT_EQ(aio_error(&read), EINPROGRESS);
  }

  TempFile lettered{"abcdefgh"};
  Transfer read = read_of(lettered, 8);
};

using PartlyCached = PartlyCachedTest;

TEST_F(PartlyCached, ReadGoesOnWithTheRest) {
  submit_queued();
  gate.open();
  EXPECT_EQ(finish(read), success(8));
  EXPECT_EQ(read.bytes(8), "abcdefgh");
}

TEST_F(PartlyCached, ReadEndsAtTheEndOfTheFile) {
  submit_queued();
  ASSERT_EQ(::ftruncate(lettered, 5), 0);
  gate.open();
  EXPECT_EQ(finish(read), success(5));
}

TEST_F(PartlyCached, ReadThatIsCancelledIsNoShortRead) {
  submit_queued();
  EXPECT_EQ(aio_cancel(lettered, &read), AIO_CANCELED);
  EXPECT_EQ(outcome_of(read), failure(ECANCELED));
}

TEST_F(PartlyCached, ReadThatAClosePreventsIsNoShortRead) {
  submit_queued();
  lettered.close();
  EXPECT_EQ(outcome_of(read), failure(ECANCELED));
}

// Its flags have changed behind the library's back, so that an attempt waits for the device.
TEST_F(PartlyCached, SlowAttemptHasTheDescriptorLookedAtAnew) {
  if (!in_environment({{"AIOX_IMMEDIATE", "on"}})) return;
  gate.open();
  const auto attempts_of_a_read = [&] {
    const std::size_t before = gate.file_attempts();
    EXPECT_EQ(aio_read(&read), 0);
    static_cast<void>(finish(read));
    return gate.file_attempts() - before;
  };
  EXPECT_EQ(attempts_of_a_read(), 1U);
  if (::fcntl(lettered, F_SETFL, O_DIRECT) == -1) {
    GTEST_SKIP() << "no O_DIRECT here";
  }
  gate.wait_for_a_device();
  EXPECT_LE(attempts_of_a_read() + attempts_of_a_read(), 1U);
}

}  // namespace
}  // namespace aiox::test
