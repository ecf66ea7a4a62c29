// SPDX-License-Identifier: MIT
#include "request/request_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <thread>

#include "sys/aiocb.h"

namespace aiox {
namespace {

class RequestTableTest : public testing::Test {
 protected:
  /// Admits a request for that aiocb, as a submitter does.
  Request& submit(aiocb& block) {
    Request* const request = table_.admit(100);
    EXPECT_NE(request, nullptr);
    request->control_block = &block;
    sys::AiocbPrivate fields(block);
    EXPECT_TRUE(request->transition(request->generation(), State::kFree, State::kWaiting));
    EXPECT_TRUE(fields.claim(fields.ticket(), request->ticket().bits()));
    return *request;
  }

  void finish(Request& request) {
    table_.discharge();
    table_.release(request);
  }

  RequestTable table_;
};

TEST_F(RequestTableTest, AdmitsUpToTheLimitAndCounts) {
  EXPECT_EQ(table_.admit(0), nullptr);
  Request* const first = table_.admit(2);
  ASSERT_NE(first, nullptr);
  ASSERT_NE(table_.admit(2), nullptr);
  EXPECT_EQ(table_.admit(2), nullptr);
  EXPECT_EQ(table_.outstanding(), 2U);
  finish(*first);
  EXPECT_EQ(table_.outstanding(), 1U);
  EXPECT_NE(table_.admit(2), nullptr);
}

TEST_F(RequestTableTest, ADischargedRequestMakesRoomBeforeItsSlotIsFree) {
  Request* const first = table_.admit(1);
  table_.discharge();
  Request* const second = table_.admit(1);
  ASSERT_NE(second, nullptr);
  EXPECT_NE(second, first);
}

TEST_F(RequestTableTest, ARefusalIsNeverSeenByOthers) {
  std::atomic<bool> stop = false;
  std::thread refused([&] {
    while (!stop) {
      EXPECT_EQ(table_.admit(0), nullptr);
    }
  });
  int failures = 0;
  for (int i = 0; i < 100'000; ++i) {
    Request* const request = table_.admit(1);
    failures += request == nullptr;
    if (request != nullptr) {
      finish(*request);
    }
  }
  stop = true;
  refused.join();
  EXPECT_EQ(failures, 0);
}

TEST_F(RequestTableTest, FindsTheRequestOfAnAiocb) {
  aiocb block{};
  EXPECT_EQ(table_.find(block), nullptr);
  Request& request = submit(block);
  EXPECT_EQ(table_.find(block), &request);
  finish(request);
  EXPECT_EQ(table_.find(block), nullptr);
}

TEST_F(RequestTableTest, FindsNothingForACopy) {
  aiocb block{};
  Request& request = submit(block);
  const aiocb copy = block;
  EXPECT_EQ(table_.find(copy), nullptr);
  finish(request);
}

TEST_F(RequestTableTest, FindsNothingForAStaleTicketInTheSameMemory) {
  aiocb block{};
  Request& first = submit(block);
  const aiocb old = block;
  finish(first);
  Request& second = submit(block);
  EXPECT_EQ(&first, &second) << "the test needs the slot to be used again";
  std::memcpy(&block, &old, sizeof block);
  EXPECT_EQ(table_.find(block), nullptr);
  finish(second);
}

TEST_F(RequestTableTest, FindsNothingForGarbage) {
  aiocb valid{};
  submit(valid);
  std::mt19937 random(1);
  for (int i = 0; i < 10'000; ++i) {
    aiocb garbage;
    unsigned char bytes[sizeof garbage];
    for (unsigned char& byte : bytes) {
      byte = static_cast<unsigned char>(random());
    }
    std::memcpy(&garbage, bytes, sizeof garbage);
    ASSERT_EQ(table_.find(garbage), nullptr);
  }
}

TEST_F(RequestTableTest, FindsASlotByAnyTicket) {
  aiocb block{};
  Request& request = submit(block);
  EXPECT_EQ(table_.find(request.ticket()), &request);
  EXPECT_EQ(table_.find(Ticket{.index = 0xffffffff, .generation = 1}), nullptr);
  finish(request);
}

TEST(Counters, CountEachEndOnce) {
  Counters counters;
  OperationCounters& writes = counters.of(Opcode::kWrite);
  writes.count_end(0);
  writes.count_end(EIO);
  writes.count_end(ENOSPC);
  writes.count_end(ECANCELED);
  EXPECT_EQ(writes.completed, 1U);
  EXPECT_EQ(writes.failed, 2U);
  EXPECT_EQ(writes.cancelled, 1U);
  EXPECT_EQ(&writes, &counters.write);
  EXPECT_EQ(&counters.of(Opcode::kRead), &counters.read);
  EXPECT_EQ(&counters.of(Opcode::kSync), &counters.fsync);
  EXPECT_EQ(&counters.of(Opcode::kDataSync), &counters.fsync);
}

}  // namespace
}  // namespace aiox
