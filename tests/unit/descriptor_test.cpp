// SPDX-License-Identifier: MIT
#include "engine/descriptor.h"

#include <gtest/gtest.h>

#include <array>
#include <climits>
#include <string>

namespace aiox {
namespace {

/// One descriptor, and requests known by a letter. All under the descriptor's lock.
class DescriptorTest : public testing::Test {
 protected:
  Request& request(char name, Opcode opcode) {
    Request& chosen = requests_.at(static_cast<std::size_t>(name));
    chosen.operation.opcode = opcode;
    chosen.operation.fildes = name;
    return chosen;
  }

  bool enter(char name, Opcode opcode) AIOX_REQUIRES(descriptor_.mutex) {
    return descriptor_.enter(request(name, opcode));
  }

  /// The names of those whose turn comes by its leaving.
  std::string leave(char name, int error = 0, State from = State::kRunning)
      AIOX_REQUIRES(descriptor_.mutex) {
    std::string ready;
    descriptor_.leave(requests_.at(static_cast<std::size_t>(name)), from, error,
                      [&](Request& sync) { ready += static_cast<char>(sync.operation.fildes); });
    return ready;
  }

  int covered_error(char name) {
    return requests_.at(static_cast<std::size_t>(name)).covered_error;
  }

  std::string all() AIOX_REQUIRES(descriptor_.mutex) {
    std::string names;
    for (Descriptor::List* const list : descriptor_.lists()) {
      for (const Request* one = list->front(); one != nullptr; one = Descriptor::List::next(*one)) {
        names += static_cast<char>(one->operation.fildes);
      }
    }
    return names;
  }

  std::array<Request, 128> requests_;
  Descriptor descriptor_;
  sys::SignalsBlocked proof_;
};

TEST_F(DescriptorTest, ReadsAndWritesMayRunAtOnce) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('r', Opcode::kRead));
  EXPECT_TRUE(enter('w', Opcode::kWrite));
  EXPECT_TRUE(enter('x', Opcode::kWrite));
}

TEST_F(DescriptorTest, ASyncMayRunAtOnceWhereNoWriteIsOutstanding) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('r', Opcode::kRead));
  EXPECT_TRUE(enter('s', Opcode::kSync));
  EXPECT_TRUE(enter('d', Opcode::kDataSync));
}

TEST_F(DescriptorTest, ASyncWaitsForAllWritesBeforeIt) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_EQ(leave('b'), "");
  EXPECT_EQ(leave('a'), "s");
}

TEST_F(DescriptorTest, ASyncDoesNotWaitForWritesAfterIt) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_EQ(leave('a'), "s");
  EXPECT_EQ(leave('b'), "");
}

TEST_F(DescriptorTest, EachSyncWaitsForItsOwnWritesAndThoseOfTheOnesBefore) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_FALSE(enter('t', Opcode::kDataSync));
  EXPECT_TRUE(enter('c', Opcode::kWrite));
  EXPECT_EQ(leave('c'), "");
  EXPECT_EQ(leave('b'), "");
  EXPECT_EQ(leave('a'), "st");
}

TEST_F(DescriptorTest, ASyncBehindAWaitingOneWaitsToo) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_FALSE(enter('t', Opcode::kSync));
  EXPECT_EQ(leave('a'), "st");
}

TEST_F(DescriptorTest, AWritesFailureGoesToTheSyncsThatCoverIt) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_FALSE(enter('t', Opcode::kSync));
  EXPECT_EQ(leave('b', ENOSPC), "");
  EXPECT_EQ(covered_error('s'), 0);
  EXPECT_EQ(covered_error('t'), ENOSPC);
  EXPECT_EQ(leave('a', EIO), "st");
  EXPECT_EQ(covered_error('s'), EIO);
  EXPECT_EQ(covered_error('t'), ENOSPC) << "the first error stays";
}

TEST_F(DescriptorTest, ACancelledWriteIsNoFailure) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_EQ(leave('a', ECANCELED, State::kQueued), "s");
  EXPECT_EQ(covered_error('s'), 0);
}

TEST_F(DescriptorTest, AnErrorOfAnEarlierLifeDoesNotStick) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  request('s', Opcode::kSync).covered_error = EIO;
  EXPECT_TRUE(enter('s', Opcode::kSync));
  EXPECT_EQ(covered_error('s'), 0);
}

TEST_F(DescriptorTest, ACancelledSyncLeavesTheOthersWaiting) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_FALSE(enter('t', Opcode::kSync));
  EXPECT_EQ(leave('s', ECANCELED, State::kWaiting), "");
  EXPECT_EQ(leave('a'), "t");
}

TEST_F(DescriptorTest, ListsWaitingSyncsBeforeTheWritesThatTheyWaitFor) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('r', Opcode::kRead));
  EXPECT_TRUE(enter('o', Opcode::kSync));
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_FALSE(enter('t', Opcode::kSync));
  EXPECT_EQ(all(), "stoabr");
}

TEST_F(DescriptorTest, WhatLeavesInTheOrderOfTheListsSetsNoSyncFree) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  std::string released;
  for (const char name : all()) {
    released += leave(name, ECANCELED, name == 's' ? State::kWaiting : State::kQueued);
  }
  EXPECT_EQ(released, "");
  EXPECT_EQ(all(), "");
}

TEST_F(DescriptorTest, RequestsLeaveInAnyOrder) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  for (const char name : {'a', 'b', 'c', 'd'}) {
    EXPECT_TRUE(enter(name, Opcode::kRead));
  }
  leave('b');
  leave('d');
  EXPECT_EQ(all(), "ac");
  leave('a');
  leave('c');
  EXPECT_EQ(all(), "");
}

TEST(DescriptorTable, FindsOnlyWhatWasOpened) {
  DescriptorTable table;
  ASSERT_TRUE(table);
  EXPECT_EQ(table.find(3), nullptr);
  Descriptor* const opened = table.open(3);
  ASSERT_NE(opened, nullptr);
  EXPECT_EQ(table.find(3), opened);
  EXPECT_EQ(table.open(3), opened);
  EXPECT_NE(table.open(4), opened);
}

TEST(DescriptorTable, TakesAnyNumberThatTheKernelGivesOut) {
  DescriptorTable table;
  EXPECT_NE(table.open(0), nullptr);
  EXPECT_NE(table.open((1 << 30) - 1), nullptr);
}

TEST(DescriptorTable, RefusesOtherNumbers) {
  DescriptorTable table;
  for (const int number : {-1, INT_MIN, 1 << 30, INT_MAX}) {
    EXPECT_EQ(table.find(number), nullptr) << number;
    EXPECT_EQ(table.open(number), nullptr) << number;
  }
}

}  // namespace
}  // namespace aiox
