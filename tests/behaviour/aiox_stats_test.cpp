// SPDX-License-Identifier: MIT
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "aiox/aiox.h"
#include "support/descriptors.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

TEST(AioxStats, AreZeroAtFirst) {
  aiox_statistics expected{};
  expected.size = sizeof expected;
  const aiox_statistics stats = statistics();
  EXPECT_EQ(std::memcmp(&stats, &expected, sizeof stats), 0);
}

TEST(AioxStats, CountReadsWritesAndSyncsApart) {
  const TempFile file("content");
  read_in_passing(file, 1);
  read_in_passing(file, 1);
  read_in_passing(file, 1);
  write_in_passing(file, "x");
  write_in_passing(file, "y");
  Transfer sync = sync_of(file);
  run_sync(sync);
  const aiox_statistics stats = statistics();
  EXPECT_EQ(stats.read.submitted, 3U);
  EXPECT_EQ(stats.read.completed, 3U);
  EXPECT_EQ(stats.write.submitted, 2U);
  EXPECT_EQ(stats.write.completed, 2U);
  EXPECT_EQ(stats.fsync.submitted, 1U);
  EXPECT_EQ(stats.fsync.completed, 1U);
  EXPECT_EQ(stats.outstanding, 0U);
}

TEST(AioxStats, CountFailuresApart) {
  const Descriptor full = open_path("/dev/full", O_WRONLY);
  write_in_passing(full, "x");
  const aiox_statistics stats = statistics();
  EXPECT_EQ(stats.write.submitted, 1U);
  EXPECT_EQ(stats.write.failed, 1U);
  EXPECT_EQ(stats.write.completed, 0U);
  EXPECT_EQ(stats.write.cancelled, 0U);
}

TEST(AioxStats, DoNotCountWhatWasRefused) {
  Transfer refused = read_of(closed_descriptor(), 1);
  EXPECT_EQ(aio_read(&refused), -1);
  EXPECT_EQ(statistics().read.submitted, 0U);
  EXPECT_EQ(statistics().outstanding, 0U);
}

TEST(AioxStats, CountTheEntriesOfLists) {
  const TempFile file("x");
  Transfer read = read_of(file, 1);
  Transfer write = write_of(file, "y");
  aiocb* const list[] = {&read, nullptr, &write};
  EXPECT_EQ(list_io(LIO_WAIT, list), 0);
  EXPECT_EQ(statistics().read.completed, 1U);
  EXPECT_EQ(statistics().write.completed, 1U);
}

TEST(AioxStats, TellWhatIsOutstanding) {
  const Ends pipe = make_pipe();
  Transfer read = read_of(pipe.reader, 1);
  ASSERT_EQ(aio_read(&read), 0);
  EXPECT_EQ(statistics().outstanding, 1U);
  write_all(pipe.writer, "x");
  wait_for(read);
  EXPECT_EQ(statistics().outstanding, 0U);
}

TEST(AioxStats, TellTheWorkers) {
  const TempFile file("x");
  read_in_passing(file, 1);
  wait_until([] { return statistics().workers == worker_threads().size(); },
             "agreement on the number of workers");
}

TEST(AioxStats, FillInNoMoreThanTheProgramKnows) {
  const TempFile file("x");
  read_in_passing(file, 1);
  aiox_statistics stats;
  std::memset(&stats, 0x5a, sizeof stats);
  stats.size = offsetof(aiox_statistics, write);
  aiox_statistics untouched = stats;
  ASSERT_EQ(aiox_stats(&stats), 0);
  EXPECT_EQ(stats.size, offsetof(aiox_statistics, write));
  EXPECT_EQ(stats.read.completed, 1U);
  EXPECT_EQ(std::memcmp(&stats.write, &untouched.write, sizeof stats - stats.size), 0);
}

TEST(AioxStats, TellALaterProgramHowMuchTheyFilledIn) {
  struct Later {
    aiox_statistics known;
    std::uint64_t unknown;
  } later{};
  later.known.size = sizeof later;
  later.unknown = 4711;
  ASSERT_EQ(aiox_stats(&later.known), 0);
  EXPECT_EQ(later.known.size, sizeof later.known);
  EXPECT_EQ(later.unknown, 4711U);
}

TEST(AioxStats, WithoutRoomForTheirSizeAreEinval) {
  for (const std::size_t size : {std::size_t{0}, sizeof(std::size_t) - 1}) {
    aiox_statistics stats{};
    stats.size = size;
    EXPECT_EQ(aiox_stats(&stats), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(stats.size, size);
  }
}

TEST(AioxVersion, IsTheHeaders) { EXPECT_STREQ(aiox_version(), AIOX_VERSION); }

}  // namespace
}  // namespace aiox::test
