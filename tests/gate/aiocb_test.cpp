// SPDX-License-Identifier: MIT
//
// What programs do with the memory of an aiocb: nothing found in it is believed by itself.
#include <aio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "gate_test.h"

namespace aiox::test {
namespace {

/// Gives `block` what a program has to set, whatever else is in it.
void describe_write(aiocb& block, int fildes, const char* byte) {
  block.aio_fildes = fildes;
  block.aio_buf = const_cast<char*>(byte);
  block.aio_nbytes = 1;
  block.aio_offset = 0;
  block.aio_reqprio = 0;
  block.aio_sigevent.sigev_notify = SIGEV_NONE;
}

class Aiocb : public GateTest {
 protected:
  /// `block`, whatever it holds, can be submitted and is served.
  void expect_accepted(aiocb& block) {
    gate.open();
    describe_write(block, file, "x");
    ASSERT_EQ(aio_write(&block), 0) << errno;
    EXPECT_EQ(finish(block), success(1));
  }
};

TEST_F(Aiocb, ZeroedIsAccepted) {
  aiocb block;
  std::memset(&block, 0, sizeof block);
  expect_accepted(block);
}

TEST_F(Aiocb, FullOfOnesIsAccepted) {
  aiocb block;
  std::memset(&block, 0xff, sizeof block);
  expect_accepted(block);
}

TEST_F(Aiocb, UninitialisedIsAccepted) {
  std::mt19937 random(20240229);
  for (int i = 0; i < 1'000; ++i) {
    std::array<unsigned char, sizeof(aiocb)> bytes;
    for (unsigned char& byte : bytes) {
      byte = static_cast<unsigned char>(random());
    }
    aiocb block;
    std::memcpy(&block, bytes.data(), sizeof block);
    expect_accepted(block);
  }
}

TEST_F(Aiocb, UninitialisedCanBeAskedForItsStatus) {
  std::mt19937 random(7);
  for (int i = 0; i < 10'000; ++i) {
    std::array<std::uint32_t, sizeof(aiocb) / 4> words;
    for (std::uint32_t& word : words) {
      word = static_cast<std::uint32_t>(i % 2 == 0 ? random() : random() % 1'000);
    }
    aiocb block;
    std::memcpy(&block, words.data(), sizeof block);
    aio_error(&block);
    EXPECT_NE(suspend_on(block, 0), 1);
  }
}

TEST_F(Aiocb, CopyOfOneInProgressIsNotInProgress) {
  Transfer& original = write('A');
  const aiocb copy = original;
  EXPECT_EQ(aio_error(&original), EINPROGRESS);
  EXPECT_EQ(aio_error(&copy), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(suspend_on(copy, 0), 0);
}

TEST_F(Aiocb, CopyOfOneInProgressCannotBeRetrieved) {
  const Transfer& original = write('A');
  aiocb copy = original;
  EXPECT_EQ(aio_return(&copy), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST_F(Aiocb, CancelOfACopyLeavesTheOriginalAlone) {
  hold_the_only_worker();
  Transfer& original = write('A');
  aiocb copy = original;
  EXPECT_EQ(aio_cancel(file, &copy), AIO_ALLDONE);
  EXPECT_EQ(order_of_start(), ".A");
  EXPECT_EQ(outcome_of(original), success(1));
}

TEST_F(Aiocb, CopyOfOneInProgressIsARequestOfItsOwn) {
  Transfer& original = write('A');
  aiocb copy = original;
  copy.aio_offset = 1;
  EXPECT_EQ(aio_write(&copy), 0);
  gate.open();
  EXPECT_EQ(finish(copy), success(1));
  EXPECT_EQ(finish(original), success(1));
  EXPECT_EQ(file.content().substr(0, 2), "AA");
}

TEST_F(Aiocb, CopyMadeInProgressCanBeSubmittedWhenTheOriginalIsOver) {
  Transfer& original = write('A');
  aiocb stale = original;
  gate.open();
  EXPECT_EQ(finish(original), success(1));
  EXPECT_EQ(aio_error(&stale), -1);
  expect_accepted(stale);
}

TEST_F(Aiocb, CopyOfOneThatIsOverTellsTheSameStatus) {
  gate.answer('A', Result::failure(EIO));
  gate.open();
  const Transfer& original = write('A');
  wait_for(original);
  const aiocb copy = original;
  EXPECT_EQ(aio_error(&copy), EIO);
}

TEST_F(Aiocb, CopyPutBackOverTheOriginalStillIsInProgress) {
  Transfer& original = write('A');
  const aiocb saved = original;
  static_cast<aiocb&>(original) = saved;
  EXPECT_EQ(aio_error(&original), EINPROGRESS);
  gate.open();
  EXPECT_EQ(finish(original), success(1));
}

TEST_F(Aiocb, StaleBytesPutOverAnAiocbThatIsOverAreNoRequest) {
  PendingSignal signal(SIGUSR1);
  Transfer& block = write('A', {.event = signal_event(SIGUSR1)});
  const aiocb in_progress = block;
  gate.open();
  wait_for(block);
  signal.take();  // by now the slot is free, too
  static_cast<aiocb&>(block) = in_progress;
  EXPECT_EQ(aio_error(&block), -1);
  EXPECT_EQ(errno, EINVAL);
  expect_accepted(block);
}

TEST_F(Aiocb, StillInProgressIsRefusedAndTheRequestGoesOn) {
  for (const bool running : {false, true}) {
    gate.close();
    Transfer& first = write('A');
    if (running) {
      gate.wait_started(1);
    }
    EXPECT_EQ(aio_write(&first), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(aio_read(&first), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(aio_error(&first), EINPROGRESS);
    gate.open();
    EXPECT_EQ(finish(first), success(1));
  }
  EXPECT_EQ(gate.started(), "AA");
  EXPECT_EQ(statistics().outstanding, 0U);
}

TEST_F(Aiocb, IsReusedThousandsOfTimesWithoutAioReturn) {
  gate.open();
  Transfer block = write_of(file, "A");
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_EQ(aio_write(&block), 0);
    ASSERT_EQ(wait_for(block), 0);
  }
  EXPECT_EQ(statistics().write.completed, 20'000U);
}

// stress-ng never calls aio_return().
TEST_F(Aiocb, NeverRetrievedCostsNoMemory) {
  gate.open();
  const auto batch = [this](int count) {
    for (int i = 0; i < count; ++i) {
      const auto fresh = std::make_unique<aiocb>();
      describe_write(*fresh, spare, "x");
      ASSERT_EQ(aio_write(fresh.get()), 0);
      ASSERT_EQ(wait_for(*fresh), 0);
    }
  };
  batch(1'000);
  const std::size_t before = resident_memory();
  batch(kSanitized ? 20'000 : 100'000);
  if (!kSanitized) {
    EXPECT_LT(resident_memory(), before + (std::size_t{4} << 20));
  }
}

TEST_F(Aiocb, MemoryIsTheProgramsAgainOnceTheStatusIsFinal) {
  gate.open();
  for (int i = 0; i < 5'000; ++i) {
    aiocb block{};
    describe_write(block, spare, "x");
    ASSERT_EQ(aio_write(&block), 0);
    while (aio_error(&block) == EINPROGRESS) {
    }
    std::memset(&block, 0x5a, sizeof block);
    std::array<unsigned char, sizeof block> untouched;
    untouched.fill(0x5a);
    ASSERT_EQ(std::memcmp(&block, untouched.data(), sizeof block), 0);
  }
}

}  // namespace
}  // namespace aiox::test
