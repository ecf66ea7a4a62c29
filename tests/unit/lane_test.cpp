// SPDX-License-Identifier: MIT
#include "engine/lane.h"

#include <gtest/gtest.h>

namespace aiox {
namespace {

Ticket ticket(std::uint32_t number) { return {.index = number, .generation = number + 1}; }

TEST(Lane, IsEmptyAtFirst) {
  Lane lane;
  Ticket popped{};
  EXPECT_TRUE(lane.empty());
  EXPECT_FALSE(lane.pop(popped));
}

TEST(Lane, KeepsTheOrderOfPushes) {
  Lane lane;
  for (std::uint32_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(lane.push(ticket(i)));
  }
  for (std::uint32_t i = 0; i < 100; ++i) {
    Ticket popped{};
    ASSERT_TRUE(lane.pop(popped));
    EXPECT_EQ(popped.bits(), ticket(i).bits());
  }
  EXPECT_TRUE(lane.empty());
}

TEST(Lane, RefusesWhatIsAboveItsCapacityAndTakesItAfterAPop) {
  Lane lane;
  std::uint32_t pushed = 0;
  while (lane.push(ticket(pushed))) {
    ASSERT_LT(++pushed, 2 * Lane::kCapacity);
  }
  EXPECT_GE(pushed, Lane::kCapacity);
  Ticket popped{};
  ASSERT_TRUE(lane.pop(popped));
  EXPECT_EQ(popped.bits(), ticket(0).bits());
  EXPECT_TRUE(lane.push(ticket(pushed)));
  EXPECT_FALSE(lane.push(ticket(pushed + 1)));
}

TEST(Lane, CanBeFilledAndDrainedForEver) {
  Lane lane;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    Ticket popped{};
    ASSERT_TRUE(lane.push(ticket(i)));
    ASSERT_TRUE(lane.pop(popped));
    ASSERT_EQ(popped.bits(), ticket(i).bits());
  }
}

}  // namespace
}  // namespace aiox
