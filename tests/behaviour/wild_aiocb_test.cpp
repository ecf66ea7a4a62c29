// SPDX-License-Identifier: MIT
//
// What no program should pass: aiocbs of random bytes, aiocbs that change under the library's
// hands, sizes and counts beyond all reason. An error at worst, and nothing is touched that was not
// given.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <iostream>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/descriptors.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

constexpr int kRounds = 20'000;

class Wild {
 public:
  explicit Wild(std::uint32_t seed) : random_(seed) {}

  int number(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random_);
  }

  template <std::size_t kSize>
  int one_of(const std::array<int, kSize>& choices) {
    return choices[random_() % kSize];
  }

  // Random bytes, but for a callback: that one is called, wherever it is. (ThreadSanitizer is not
  // to see it: what is scrambled in progress races with the library, and that is the test.)
  [[gnu::no_sanitize_thread]] void scramble(aiocb& block) {
    auto* const bytes = reinterpret_cast<unsigned char*>(&block);
    for (std::size_t i = 0; i < sizeof block; ++i) {
      bytes[i] = static_cast<unsigned char>(random_());
    }
    constexpr std::array kKinds{int{SIGEV_NONE}, int{SIGEV_SIGNAL}, int{SIGEV_THREAD_ID}, 3, -1};
    constexpr std::array kSignals{0, -1, 32, 33, 65, INT_MAX, INT_MIN};
    block.aio_sigevent.sigev_notify = one_of(kKinds);
    block.aio_sigevent.sigev_signo = one_of(kSignals);
    block.aio_lio_opcode = number(0, 4);
    block.aio_fildes = number(-3, 40);
    block.aio_reqprio = number(0, 2) != 0 ? 0 : block.aio_reqprio;
    if (number(0, 1) != 0) {
      block.__error_code = EINPROGRESS;
    }
    if (number(0, 1) != 0) {  // the first slots of a table, in their first lives
      block.__next_prio = reinterpret_cast<aiocb*>(
          static_cast<std::uintptr_t>(random_() % 64) << 32 | random_() % 64);
    }
  }

 private:
  std::mt19937 random_;
};

void use(aiocb& block, Wild& wild) {
  constexpr timespec kNow{};
  const aiocb* const watched[] = {&block};
  aiocb* const listed[] = {nullptr, &block, &block};
  switch (wild.number(0, 7)) {
    case 0: aio_read(&block); break;
    case 1: aio_write(&block); break;
    case 2: aio_fsync(wild.number(0, 1) != 0 ? O_SYNC : O_DSYNC, &block); break;
    case 3: lio_listio(wild.number(0, 2), listed, wild.number(-1, 3), nullptr); break;
    case 4: aio_cancel(block.aio_fildes, &block); break;
    case 5: aio_suspend(watched, 1, &kNow); break;
    case 6: aio_error(&block); break;
    default: aio_return(&block); break;
  }
}

// In a child: a crash is a failure of this test and not the end of all.
TEST(WildAiocb, OfRandomBytesCrashesNoCall) {
  const std::uint32_t seed = std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(static_cast<unsigned>(kPatience.count()));
    Wild wild(seed);
    std::vector<aiocb> blocks(64);
    const Ends ends = make_unix_sockets();
    const TempFile file("content");
    for (int i = 0; i < kRounds; ++i) {
      aiocb& block = blocks[static_cast<std::size_t>(i) % blocks.size()];
      if (aio_error(&block) == EINPROGRESS) {
        continue;  // that one is the library's, and its bytes are not ours to change
      }
      wild.scramble(block);
      for (int call = 0; call < 3; ++call) {
        use(block, wild);
      }
      static_cast<void>(aio_cancel(ends.reader, nullptr));
    }
    ::_exit(read_in_passing(file, 7).error == 0 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(WildAiocb, ThatIsOverwrittenInProgressMovesTheBytesWhereTheCallSaid) {
  Wild wild(1);
  for (int round = 0; round < 100; ++round) {
    Ends ends = make_pipe();
    const auto buffer = std::make_unique<std::array<char, 3 * 64>>();
    buffer->fill('-');
    const auto block = std::make_unique<aiocb>();
    block->aio_fildes = ends.reader;
    block->aio_buf = buffer->data() + 64;
    block->aio_nbytes = 64;
    block->aio_sigevent.sigev_notify = SIGEV_NONE;
    const std::uint64_t over = statistics().read.completed;
    ASSERT_EQ(aio_read(block.get()), 0);
    wild.scramble(*block);
    // Of what is not in progress by its bytes nothing is known; it says so, or is over.
    const aiocb* const list[] = {block.get()};
    constexpr timespec kNow{};
    static_cast<void>(aio_error(block.get()));
    static_cast<void>(aio_return(block.get()));
    static_cast<void>(aio_suspend(list, 1, &kNow));
    write_all(ends.writer, std::string(64, 'x'));
    wait_until([&] { return statistics().read.completed > over; }, "the end of the read");
    EXPECT_EQ(std::string_view(buffer->data(), 64), std::string(64, '-'));
    EXPECT_EQ(std::string_view(buffer->data() + 64, 64), std::string(64, 'x'));
    EXPECT_EQ(std::string_view(buffer->data() + 128, 64), std::string(64, '-'));
    wait_until([&] { return aio_error(block.get()) == 0; }, "the read's status");
  }
}

TEST(WildAiocb, ThatClaimsToBeInProgressIsNot) {
  Wild wild(2);
  const TempFile file("content");
  aiocb block{};
  for (int round = 0; round < 1'000; ++round) {
    wild.scramble(block);
    block.__error_code = EINPROGRESS;
    EXPECT_EQ(aio_error(&block), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(aio_return(&block), -1);
    EXPECT_EQ(errno, EINVAL);
    const aiocb* const list[] = {&block};
    EXPECT_EQ(aio_suspend(list, 1, nullptr), 0);
    block.aio_fildes = file;
    EXPECT_EQ(aio_cancel(file, &block), AIO_ALLDONE);
  }
}

TEST(WildAiocb, WithALengthBeyondAllReasonIsRefused) {
  const TempFile file("content");
  Transfer read = read_of(file, 1);
  for (const std::size_t nbytes : {std::numeric_limits<std::size_t>::max(),
                                   std::size_t{SSIZE_MAX} + 1, std::size_t{1} << 63}) {
    read.aio_nbytes = nbytes;
    EXPECT_EQ(aio_read(&read), -1);
    EXPECT_EQ(errno, EINVAL);
  }
}

TEST(WildAiocb, WithALengthBeyondItsMemoryFailsAsThePlainCallDoes) {
  const TempFile file("content");
  Transfer write = write_of(file, "x");
  write.aio_nbytes = SSIZE_MAX;
  write.aio_buf = nullptr;
  EXPECT_EQ(run_write(write), failure(EFAULT));
  EXPECT_EQ(file.content(), "content");
}

TEST(WildAiocb, WithANegativeOffsetOrPriorityIsRefused) {
  const TempFile file("content");
  for (const off_t offset : {off_t{-1}, std::numeric_limits<off_t>::min()}) {
    Transfer read = read_of(file, 1, offset);
    EXPECT_EQ(aio_read(&read), -1);
    EXPECT_EQ(errno, EINVAL);
  }
  for (const int reqprio : {-1, INT_MIN, INT_MAX, 21}) {
    Transfer read = read_of(file, 1);
    read.aio_reqprio = reqprio;
    EXPECT_EQ(aio_read(&read), -1);
    EXPECT_EQ(errno, EINVAL);
  }
}

TEST(WildList, WithACountBeyondAllReasonIsRefusedUnread) {
  aiocb* const none[] = {nullptr};
  for (const int nent : {-1, INT_MIN, INT_MAX}) {
    EXPECT_EQ(lio_listio(LIO_WAIT, none, nent, nullptr), -1);
    EXPECT_EQ(errno, EINVAL);
  }
  const aiocb* const watched[] = {nullptr};
  EXPECT_EQ(aio_suspend(watched, INT_MIN, nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(WildList, EntriesOfRandomBytesFailAndTheOthersAreServed) {
  Wild wild(3);
  const TempFile file("content");
  for (int round = 0; round < 200; ++round) {
    aiocb garbage{};
    wild.scramble(garbage);
    garbage.aio_lio_opcode = 77;
    Transfer read = read_of(file, 7);
    aiocb* const list[] = {nullptr, &garbage, &read, nullptr};
    EXPECT_EQ(lio_listio(LIO_WAIT, list, 4, nullptr), -1);
    EXPECT_EQ(errno, EIO);
    EXPECT_EQ(aio_error(&garbage), EINVAL);
    EXPECT_EQ(outcome_of(read), success(7));
  }
}

}  // namespace
}  // namespace aiox::test
