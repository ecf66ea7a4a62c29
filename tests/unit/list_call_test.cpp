// SPDX-License-Identifier: MIT
//
// What a lio_listio() call carries from one entry to the next.
#include "engine/list_call.h"

#include <aio.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <limits>
#include <memory>

namespace aiox {
namespace {

constexpr FileTraits kTraits{
    .kind = FileKind::kFile, .append = false, .direct = true, .file = {.device = 1, .inode = 2}};

class ListCallTest : public testing::Test {
 protected:
  ListCallTest() {
    entry.aio_fildes = 5;
    call.learn(entry, Opcode::kRead, 7, kTraits);
  }

  bool knows(Opcode opcode = Opcode::kRead, std::uint32_t closes = 7) {
    FileTraits traits{};
    return call.knows(entry, opcode, closes, traits) && traits.file == kTraits.file &&
           traits.direct;
  }

  IoList list;
  ListCall call{list, true, 100};
  std::unique_ptr<aiocb> storage = std::make_unique<aiocb>();  // no member, for its zero-size array
  aiocb& entry = *storage;
};

TEST_F(ListCallTest, KnowsTheDescriptorOfTheEntryBefore) {
  EXPECT_TRUE(knows());
  entry.aio_fildes = 6;
  EXPECT_FALSE(knows());
}

TEST_F(ListCallTest, KnowsNothingBeforeTheFirstEntry) {
  ListCall fresh(list, true, 100);
  FileTraits traits{};
  entry.aio_fildes = -1;
  EXPECT_FALSE(fresh.knows(entry, Opcode::kRead, 0, traits));
}

TEST_F(ListCallTest, DoesNotKnowWhetherTheOtherDirectionIsAllowed) {
  EXPECT_FALSE(knows(Opcode::kWrite));
}

TEST_F(ListCallTest, DoesNotKnowWhatIsBehindANumberThatWasClosed) {
  EXPECT_FALSE(knows(Opcode::kRead, 8));
}

TEST_F(ListCallTest, LeavesToTheCheckWhatMayBeRefused) {
  entry.aio_offset = -1;
  EXPECT_FALSE(knows());
  entry.aio_offset = std::numeric_limits<off_t>::max();
  EXPECT_FALSE(knows());
  entry.aio_offset = 0;
  entry.aio_reqprio = kReqprioMax + 1;
  EXPECT_FALSE(knows());
  entry.aio_reqprio = 0;
  entry.aio_nbytes = SIZE_MAX;
  EXPECT_FALSE(knows());
}

TEST_F(ListCallTest, ForgetsWhatAHandlerMayHaveChanged) {
  call.forget_what_is_known();
  EXPECT_FALSE(knows());
  call.learn(entry, Opcode::kRead, 7, kTraits);
  EXPECT_TRUE(knows());
}

TEST_F(ListCallTest, RanksAsTheRunQueueDoes) {
  for (int reqprio = 0; reqprio <= kReqprioMax; ++reqprio) {
    EXPECT_EQ(call.rank(reqprio), RunQueue::rank_of_caller(reqprio));
  }
}

TEST_F(ListCallTest, WantsANewPortionOnlyForWhatTheOldOneHasNoRoomFor) {
  EXPECT_FALSE(call.wants_new_portion(100));
  EXPECT_FALSE(call.wants_new_portion(101));  // nor would the new one have
  call.use_room(60);
  EXPECT_FALSE(call.wants_new_portion(40));
  EXPECT_TRUE(call.wants_new_portion(41));
  call.begin_portion();
  EXPECT_EQ(call.room(), 100U);
}

TEST_F(ListCallTest, WantsNoneWhereNobodyWaitsOrAHandlerHasRun) {
  ListCall other(list, false, 100);
  other.use_room(60);
  EXPECT_FALSE(other.wants_new_portion(41));
  call.use_room(60);
  call.interrupt();
  EXPECT_FALSE(call.wants_new_portion(41));
  EXPECT_EQ(call.room(), 0U);
}

TEST_F(ListCallTest, WaitsForRoomUntilInterrupted) {
  EXPECT_FALSE(ListCall(list, false, 100).waits_for_room());
  EXPECT_TRUE(call.waits_for_room());
  call.interrupt();
  EXPECT_FALSE(call.waits_for_room());
  EXPECT_TRUE(call.is_interrupted());
}

TEST_F(ListCallTest, WaitsForRoomNoMoreWhereNothingCameForASecond) {
  const auto rest_in_vain = [this](int times) {
    for (int i = 0; i < times; ++i) {
      call.note_room(io::Room::kNothing);
    }
  };
  rest_in_vain(99);
  EXPECT_TRUE(call.waits_for_room());
  call.note_room(io::Room::kSome);
  rest_in_vain(99);
  EXPECT_TRUE(call.waits_for_room());
  rest_in_vain(1);
  EXPECT_FALSE(call.waits_for_room());
}

TEST_F(ListCallTest, IsFullOfEitherKind) {
  for (std::size_t i = 0; i < ListCall::kMost; ++i) {
    EXPECT_FALSE(call.is_full());
    call.add_direct({});
    call.add_queued();
  }
  EXPECT_TRUE(call.is_full());
  EXPECT_EQ(call.take_direct().size(), ListCall::kMost);
  EXPECT_TRUE(call.is_full());
  EXPECT_TRUE(call.take_queued());
  EXPECT_FALSE(call.is_full());
  EXPECT_FALSE(call.take_queued());
}

TEST_F(ListCallTest, LackOfResourcesOutweighsOtherFailures) {
  EXPECT_EQ(call.answer(), 0);
  call.note(EBADF);
  EXPECT_EQ(call.answer(), EIO);
  call.note(EAGAIN);
  call.note(EBUSY);
  EXPECT_EQ(call.answer(), EAGAIN);
}

}  // namespace
}  // namespace aiox
