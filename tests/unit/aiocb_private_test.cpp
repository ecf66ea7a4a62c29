// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "sys/aiocb.h"

namespace aiox::sys {
namespace {

TEST(AiocbPrivate, ReadsZeroInAZeroedAiocb) {
  aiocb block{};
  AiocbPrivate fields(block);
  ssize_t value = -1;
  EXPECT_EQ(fields.status(), 0);
  EXPECT_EQ(fields.ticket(), 0U);
  EXPECT_EQ(fields.retrieve(value), 0);
  EXPECT_EQ(value, 0);
  EXPECT_EQ(fields.retrieve(value), 0) << "nothing was submitted, so nothing is used up";
}

TEST(AiocbPrivate, ClaimMakesItInProgressWithThatTicket) {
  aiocb block{};
  AiocbPrivate fields(block);
  EXPECT_TRUE(fields.claim(0, 0xfedcba9876543210));
  EXPECT_EQ(fields.ticket(), 0xfedcba9876543210);
  EXPECT_EQ(fields.status(), EINPROGRESS);
}

TEST(AiocbPrivate, ClaimIsRefusedWhenTheTicketHasChanged) {
  aiocb block{};
  AiocbPrivate fields(block);
  ASSERT_TRUE(fields.claim(0, 5));
  aiocb before;
  std::memcpy(&before, &block, sizeof block);
  EXPECT_FALSE(fields.claim(0, 6));
  EXPECT_EQ(std::memcmp(&before, &block, sizeof block), 0);
}

TEST(AiocbPrivate, TheFinalStatusStaysAndTheReturnStatusIsGivenOnce) {
  aiocb block{};
  AiocbPrivate fields(block);
  ASSERT_TRUE(fields.claim(0, 5));
  fields.publish(EIO, -1);
  ssize_t value = 0;
  EXPECT_EQ(fields.status(), EIO);
  EXPECT_EQ(fields.retrieve(value), 0);
  EXPECT_EQ(value, -1);
  EXPECT_EQ(fields.retrieve(value), EINVAL);
  EXPECT_EQ(fields.status(), EIO);
}

TEST(AiocbPrivate, ANewLifeHasANewReturnStatus) {
  aiocb block{};
  AiocbPrivate fields(block);
  ssize_t value = 0;
  for (ssize_t life = 1; life < 4; ++life) {
    ASSERT_TRUE(fields.claim(fields.ticket(), static_cast<std::uint64_t>(life)));
    fields.publish(0, life);
    EXPECT_EQ(fields.retrieve(value), 0);
    EXPECT_EQ(value, life);
  }
}

TEST(AiocbPrivate, ARefusalIsAFinalStatusUnlessAnotherThreadHasSubmitted) {
  aiocb block{};
  AiocbPrivate fields(block);
  fields.refuse(0, EBADF);
  EXPECT_EQ(fields.status(), EBADF);
  const std::uint64_t seen = fields.ticket();
  ASSERT_TRUE(fields.claim(seen, 77));
  fields.refuse(seen, EBADF);
  EXPECT_EQ(fields.status(), EINPROGRESS);
}

TEST(AiocbPrivate, TakesUninitialisedMemory) {
  for (const int byte : {0x00, 0xff, 0xa5, 0x01}) {
    aiocb block;
    std::memset(&block, byte, sizeof block);
    AiocbPrivate fields(block);
    ASSERT_TRUE(fields.claim(fields.ticket(), 5));
    fields.publish(0, 17);
    ssize_t value = 0;
    EXPECT_EQ(fields.retrieve(value), 0);
    EXPECT_EQ(value, 17);
  }
}

TEST(AiocbPrivate, TouchesNothingThatIsThePrograms) {
  aiocb block;
  std::memset(&block, 0x5a, sizeof block);
  AiocbPrivate fields(block);
  ASSERT_TRUE(fields.claim(fields.ticket(), 5));
  fields.publish(0, 17);
  ssize_t value = 0;
  ASSERT_EQ(fields.retrieve(value), 0);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(&block);
  for (std::size_t i = 0; i < sizeof block; ++i) {
    if (i < 96 || i >= 128) {
      EXPECT_EQ(bytes[i], 0x5a) << "byte " << i;
    }
  }
}

TEST(AiocbPrivate, OfTwoThreadsOneRetrieves) {
  for (int round = 0; round < 2'000; ++round) {
    aiocb block{};
    AiocbPrivate(block).publish(0, 1);
    std::atomic<int> winners = 0;
    const auto retrieve = [&] {
      ssize_t value = 0;
      winners += AiocbPrivate(block).retrieve(value) == 0;
    };
    std::thread other(retrieve);
    retrieve();
    other.join();
    ASSERT_EQ(winners, 1);
  }
}

TEST(AiocbPrivate, WhoSeesTheFinalStatusSeesTheReturnStatusAndTheBuffer) {
  for (int round = 0; round < 2'000; ++round) {
    aiocb block{};
    int buffer = 0;
    ASSERT_TRUE(AiocbPrivate(block).claim(0, 5));
    std::thread server([&] {
      buffer = 42;
      AiocbPrivate(block).publish(0, 4);
    });
    while (AiocbPrivate(block).status() == EINPROGRESS) {
      std::this_thread::yield();
    }
    ssize_t value = 0;
    ASSERT_EQ(AiocbPrivate(block).retrieve(value), 0);
    ASSERT_EQ(value, 4);
    ASSERT_EQ(buffer, 42);
    server.join();
  }
}

}  // namespace
}  // namespace aiox::sys
