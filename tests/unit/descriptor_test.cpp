// SPDX-License-Identifier: MIT
#include "engine/descriptor.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <vector>

#include "engine/descriptor_table.h"

namespace aiox {
namespace {

/// One descriptor, and requests and barriers known by a letter. All under the descriptor's lock.
class DescriptorTest : public testing::Test {
 protected:
  Request& request(char name) { return requests_.at(static_cast<std::size_t>(name)); }

  /// Whether it has its turn at once.
  bool enter(char name, Opcode opcode, bool ordered = false) AIOX_REQUIRES(descriptor_.mutex) {
    Request& chosen = request(name);
    chosen.operation.opcode = opcode;
    chosen.operation.fildes = name;
    chosen.ordered = ordered;
    EXPECT_TRUE(chosen.transition(chosen.generation(), State::kFree, State::kWaiting));
    return descriptor_.enter(chosen);
  }

  /// The names of the barriers that open by its leaving.
  std::string leave(char name, int error = 0) AIOX_REQUIRES(descriptor_.mutex) {
    Descriptor::Barriers opened;
    descriptor_.leave(request(name), error, opened);
    std::string names;
    while (Barrier* const barrier = opened.pop_front()) {
      names += static_cast<char>(barrier - barriers_.data());
    }
    return names;
  }

  bool set_barrier(char name) AIOX_REQUIRES(descriptor_.mutex) {
    return descriptor_.set_barrier(barriers_.at(static_cast<std::size_t>(name)));
  }

  int error_of(char name) { return barriers_.at(static_cast<std::size_t>(name)).error; }

  /// The name of the one that has its turn and waits, or '-'.
  char next(Opcode direction) AIOX_REQUIRES(descriptor_.mutex) {
    const Request* const first = descriptor_.next_in_line(direction);
    return first != nullptr ? static_cast<char>(first->operation.fildes) : '-';
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
  std::array<Barrier, 128> barriers_;
  Descriptor descriptor_;
  sys::SignalsBlocked proof_;
};

TEST_F(DescriptorTest, WithoutOrderAllHaveTheirTurnAtOnce) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('r', Opcode::kRead));
  EXPECT_TRUE(enter('q', Opcode::kRead));
  EXPECT_TRUE(enter('w', Opcode::kWrite));
  EXPECT_TRUE(enter('x', Opcode::kWrite));
  EXPECT_EQ(next(Opcode::kRead), '-');
  EXPECT_EQ(next(Opcode::kWrite), '-');
}

TEST_F(DescriptorTest, OfOrderedOnesTheFirstOfEachDirectionHasItsTurn) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kRead, true));
  EXPECT_FALSE(enter('b', Opcode::kRead, true));
  EXPECT_TRUE(enter('c', Opcode::kWrite, true));
  EXPECT_FALSE(enter('d', Opcode::kWrite, true));
  EXPECT_EQ(next(Opcode::kRead), 'a');
  EXPECT_EQ(next(Opcode::kWrite), 'c');
}

TEST_F(DescriptorTest, TheTurnPassesToTheNextInTheOrderOfTheCalls) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  for (const char name : {'a', 'b', 'c', 'd'}) {
    EXPECT_EQ(enter(name, Opcode::kRead, true), name == 'a');
  }
  leave('c');
  EXPECT_EQ(next(Opcode::kRead), 'a');
  leave('a');
  EXPECT_EQ(next(Opcode::kRead), 'b');
  leave('b');
  EXPECT_EQ(next(Opcode::kRead), 'd');
  leave('d');
  EXPECT_EQ(next(Opcode::kRead), '-');
}

TEST_F(DescriptorTest, WhatHasBeenHandedOnHoldsTheTurnAndDoesNotWait) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite, true));
  EXPECT_FALSE(enter('b', Opcode::kWrite, true));
  Request& first = request('a');
  ASSERT_TRUE(first.transition(first.generation(), State::kWaiting, State::kQueued));
  EXPECT_EQ(next(Opcode::kWrite), '-');
}

TEST_F(DescriptorTest, ASyncNeverHasItsTurnByEntering) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_FALSE(enter('d', Opcode::kDataSync));
}

TEST_F(DescriptorTest, NoBarrierIsSetWhereNoWriteIsOutstanding) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('r', Opcode::kRead));
  EXPECT_FALSE(set_barrier('S'));
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  leave('a');
  EXPECT_FALSE(set_barrier('S'));
}

TEST_F(DescriptorTest, ABarrierOpensWhenAllWritesBeforeItAreOver) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('S'));
  EXPECT_EQ(leave('b'), "");
  EXPECT_EQ(leave('a'), "S");
}

TEST_F(DescriptorTest, ABarrierDoesNotStandBehindReadsOrLaterWrites) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('r', Opcode::kRead));
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('S'));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_EQ(leave('a'), "S");
  EXPECT_EQ(leave('b'), "");
  EXPECT_EQ(leave('r'), "");
}

TEST_F(DescriptorTest, EachBarrierStandsBehindItsOwnWritesAndThoseOfTheOnesBefore) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('S'));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('T'));
  EXPECT_TRUE(enter('c', Opcode::kWrite));
  EXPECT_EQ(leave('c'), "");
  EXPECT_EQ(leave('b'), "");
  EXPECT_EQ(leave('a'), "ST");
}

TEST_F(DescriptorTest, ABarrierCoversAnewTheWritesSinceTheOneBefore) {
  const sys::SignalsBlocked proof;
  sys::MutexLock lock(descriptor_.mutex, proof);
  const auto covered_anew_by = [&](char name) AIOX_REQUIRES(descriptor_.mutex) {
    std::string names;
    descriptor_.for_each_write_covered_anew(
        barriers_.at(static_cast<std::size_t>(name)),
        [&](const Request& one) { names += static_cast<char>(one.operation.fildes); });
    return names;
  };
  for (const char name : {'a', 'b', 'c'}) {
    enter(name, Opcode::kWrite);
  }
  EXPECT_TRUE(set_barrier('x'));
  EXPECT_EQ(covered_anew_by('x'), "cba");
  EXPECT_TRUE(set_barrier('y'));
  EXPECT_EQ(covered_anew_by('y'), "");
  enter('d', Opcode::kWrite);
  enter('r', Opcode::kRead);
  EXPECT_TRUE(set_barrier('z'));
  EXPECT_EQ(covered_anew_by('z'), "d");
}

TEST_F(DescriptorTest, TwoBarriersAtTheSamePlaceOpenTogether) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('S'));
  EXPECT_TRUE(set_barrier('T'));
  EXPECT_EQ(leave('a'), "ST");
}

TEST_F(DescriptorTest, AWritesFailureGoesToTheBarriersBehindIt) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('S'));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('T'));
  EXPECT_EQ(leave('b', ENOSPC), "");
  EXPECT_EQ(error_of('S'), 0);
  EXPECT_EQ(error_of('T'), ENOSPC);
  EXPECT_EQ(leave('a', EIO), "ST");
  EXPECT_EQ(error_of('S'), EIO);
  EXPECT_EQ(error_of('T'), ENOSPC) << "the first error stays";
}

TEST_F(DescriptorTest, ACancelledWriteIsNoFailure) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('S'));
  EXPECT_EQ(leave('a', ECANCELED), "S");
  EXPECT_EQ(error_of('S'), 0);
}

TEST_F(DescriptorTest, AnErrorOfAnEarlierLifeOfTheBarrierDoesNotStick) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  barriers_['S'].error = EIO;
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(set_barrier('S'));
  EXPECT_EQ(error_of('S'), 0);
}

TEST_F(DescriptorTest, ListsSyncsBeforeTheWritesThatTheyWaitFor) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('r', Opcode::kRead));
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_FALSE(enter('s', Opcode::kSync));
  EXPECT_TRUE(enter('b', Opcode::kWrite));
  EXPECT_FALSE(enter('t', Opcode::kSync));
  EXPECT_EQ(all(), "stabr");
}

TEST_F(DescriptorTest, KnowsWhetherWritesAreOutstanding) {
  sys::MutexLock lock(descriptor_.mutex, proof_);
  EXPECT_TRUE(enter('r', Opcode::kRead));
  EXPECT_FALSE(descriptor_.has_writes());
  EXPECT_TRUE(enter('a', Opcode::kWrite));
  EXPECT_TRUE(descriptor_.has_writes());
  leave('a');
  EXPECT_FALSE(descriptor_.has_writes());
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

TEST(DescriptorTable, VisitsTheDescriptorsWithWritesOutstandingInEveryPart) {
  DescriptorTable table;
  std::vector<int> visited;
  const auto visit = [&](int fildes) { visited.push_back(fildes); };
  table.for_each_writing(visit);
  EXPECT_EQ(visited, std::vector<int>{});
  for (const int fildes : {3, 64, 8'191, 100'000}) {
    ASSERT_NE(table.open(fildes), nullptr);
    table.note_writes(fildes, true);
  }
  ASSERT_NE(table.open(5), nullptr);
  table.note_writes(64, false);
  table.for_each_writing(visit);
  EXPECT_EQ(visited, (std::vector<int>{3, 8'191, 100'000}));
}

}  // namespace
}  // namespace aiox
