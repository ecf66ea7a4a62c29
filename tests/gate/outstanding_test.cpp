// SPDX-License-Identifier: MIT
//
// Very many requests outstanding, and very many that come and go behind stuck workers.
#include <aio.h>

#include <cerrno>
#include <vector>

#include "gate_test.h"

namespace aiox::test {
namespace {

constexpr int kMany = kSanitized ? 20'000 : 100'000;
constexpr int kVeryMany = kSanitized ? 200'000 : 1'000'000;
constexpr std::size_t kMegabyte = std::size_t{1} << 20;

class Outstanding : public GateTest {
 protected:
  Outstanding() { hold_the_only_worker(); }
  ~Outstanding() override {
    gate.open();
    wait_for_quiet();
  }

  aiocb described(int reqprio = 0) {
    aiocb block{};
    block.aio_fildes = spare;
    block.aio_buf = &byte_;
    block.aio_nbytes = 1;
    block.aio_reqprio = reqprio;
    return block;
  }

  std::vector<aiocb> submit_many() {
    std::vector<aiocb> blocks(kMany, described());
    for (aiocb& block : blocks) {
      block.aio_reqprio = static_cast<int>((&block - blocks.data()) % 21);
      EXPECT_EQ(aio_write(&block), 0);
    }
    return blocks;
  }

 private:
  char byte_ = 'w';
};

TEST_F(Outstanding, ManyRequestsAreEachInProgressAndThenComplete) {
  std::vector<aiocb> blocks = submit_many();
  EXPECT_EQ(statistics().outstanding, static_cast<unsigned>(kMany) + 1);
  for (const aiocb& block : blocks) {
    ASSERT_EQ(aio_error(&block), EINPROGRESS);
  }
  gate.open();
  for (aiocb& block : blocks) {
    ASSERT_EQ(finish(block), success(1));
  }
  EXPECT_EQ(statistics().write.completed, static_cast<unsigned>(kMany));
}

TEST_F(Outstanding, EveryOtherOfManyIsCanceledAndTheRestComplete) {
  std::vector<aiocb> blocks = submit_many();
  for (std::size_t i = 0; i < blocks.size(); i += 2) {
    ASSERT_EQ(aio_cancel(spare, &blocks[i]), AIO_CANCELED);
  }
  gate.open();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    ASSERT_EQ(finish(blocks[i]), i % 2 == 0 ? failure(ECANCELED) : success(1));
  }
}

TEST_F(Outstanding, AllOfManyAreCanceledByOneCall) {
  std::vector<aiocb> blocks = submit_many();
  EXPECT_EQ(aio_cancel(spare, nullptr), AIO_NOTCANCELED);  // one is held
  for (aiocb& block : blocks) {
    ASSERT_EQ(outcome_of(block), failure(ECANCELED));
  }
}

TEST_F(Outstanding, OneSuspensionWaitsForManyRequests) {
  std::vector<aiocb> blocks = submit_many();
  std::vector<const aiocb*> list;
  for (const aiocb& block : blocks) {
    list.push_back(&block);
  }
  ASSERT_EQ(aio_cancel(spare, &blocks[blocks.size() / 2]), AIO_CANCELED);
  EXPECT_EQ(aio_suspend(list.data(), static_cast<int>(list.size()), nullptr), 0);
  gate.open();
  for (const aiocb& block : blocks) {
    wait_for(block);
  }
}

TEST_F(Outstanding, OneListOfManyRequestsIsWaitedFor) {
  std::vector<aiocb> blocks(kMany, described());
  std::vector<aiocb*> list;
  for (aiocb& block : blocks) {
    block.aio_lio_opcode = LIO_WRITE;
    list.push_back(&block);
  }
  gate.open();
  EXPECT_EQ(list_io(LIO_WAIT, list), 0);
  for (aiocb& block : blocks) {
    ASSERT_EQ(outcome_of(block), success(1));
  }
}

TEST_F(Outstanding, SubmissionsAndCancelsBehindAStuckWorkerTakeNoMemory) {
  aiocb block = described();
  const auto submit_and_cancel = [&](int count) {
    for (int i = 0; i < count; ++i) {
      block.aio_reqprio = i % 21;
      ASSERT_EQ(aio_write(&block), 0) << i << " errno " << errno;
      ASSERT_EQ(aio_cancel(spare, &block), AIO_CANCELED) << i;
    }
  };
  submit_and_cancel(10'000);
  const std::size_t before = resident_memory();
  submit_and_cancel(kVeryMany);
  if (!kSanitized) {
    EXPECT_LT(resident_memory(), before + kMegabyte);
  }
  EXPECT_EQ(gate.started(), ".");
}

// The queued ones in front keep what is cancelled from ever being at the head.
TEST_F(Outstanding, SubmissionsAndCancelsBehindAThousandQueuedTakeNoMemory) {
  std::vector<aiocb> queued(1'000, described());
  for (aiocb& block : queued) {
    ASSERT_EQ(aio_write(&block), 0);
  }
  std::vector<aiocb> passing(100, described());
  const auto submit_and_cancel = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      for (aiocb& block : passing) {
        ASSERT_EQ(aio_write(&block), 0) << errno;
      }
      for (aiocb& block : passing) {
        ASSERT_EQ(aio_cancel(spare, &block), AIO_CANCELED);
      }
    }
  };
  submit_and_cancel(100);
  const std::size_t before = resident_memory();
  submit_and_cancel(kVeryMany / 1'000);
  if (!kSanitized) {
    EXPECT_LT(resident_memory(), before + kMegabyte);
  }
  gate.open();
  for (aiocb& block : queued) {
    ASSERT_EQ(finish(block), success(1));
  }
}

}  // namespace
}  // namespace aiox::test
