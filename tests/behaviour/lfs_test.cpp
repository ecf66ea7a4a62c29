// SPDX-License-Identifier: MIT
//
// The calls by their 64 names.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "support/descriptors.h"
#include "support/process.h"

namespace aiox::test {
namespace {

class Lfs : public testing::Test {
 protected:
  Lfs() {
    block.aio_fildes = file;
    block.aio_buf = bytes.data();
    block.aio_nbytes = 4;
  }

  void expect_end(int error, ssize_t value) {
    const aiocb64* const list[] = {&block};
    EXPECT_EQ(aio_suspend64(list, 1, nullptr), 0);
    EXPECT_EQ(aio_error64(&block), error);
    EXPECT_EQ(aio_return64(&block), value);
  }

  TempFile file{"0123456789"};
  std::array<char, 4> bytes{'a', 'b', 'c', 'd'};
  aiocb64 block{};
};

TEST_F(Lfs, AioRead64Reads) {
  block.aio_offset = 2;
  ASSERT_EQ(aio_read64(&block), 0);
  expect_end(0, 4);
  EXPECT_EQ(std::string_view(bytes.data(), 4), "2345");
  EXPECT_EQ(statistics().read.completed, 1U);
}

TEST_F(Lfs, AioWrite64WritesBeyondFourGigabytes) {
  constexpr off64_t kFar = off64_t{5} << 30;
  block.aio_offset = kFar;
  ASSERT_EQ(aio_write64(&block), 0);
  expect_end(0, 4);
  block.aio_offset = kFar + 2;
  ASSERT_EQ(aio_read64(&block), 0);
  expect_end(0, 2);
  EXPECT_EQ(std::string_view(bytes.data(), 2), "cd");
}

TEST_F(Lfs, AioFsync64Syncs) {
  ASSERT_EQ(aio_fsync64(O_DSYNC, &block), 0);
  expect_end(0, 0);
  EXPECT_EQ(statistics().fsync.completed, 1U);
}

TEST_F(Lfs, LioListio64RunsItsList) {
  block.aio_lio_opcode = LIO_WRITE;
  aiocb64* const list[] = {nullptr, &block};
  EXPECT_EQ(lio_listio64(LIO_WAIT, list, 2, nullptr), 0);
  EXPECT_EQ(aio_return64(&block), 4);
  EXPECT_EQ(file.content(), "abcd456789");
}

TEST_F(Lfs, AioCancel64FindsARequest) {
  const Ends pipe = make_pipe();
  block.aio_fildes = pipe.reader;
  ASSERT_EQ(aio_read64(&block), 0);
  const int result = aio_cancel64(pipe.reader, &block);
  EXPECT_TRUE(result == AIO_CANCELED || result == AIO_NOTCANCELED);
  write_all(pipe.writer, "four");
  expect_end(result == AIO_CANCELED ? ECANCELED : 0, result == AIO_CANCELED ? -1 : 4);
  EXPECT_EQ(aio_cancel64(pipe.reader, nullptr), AIO_ALLDONE);
}

}  // namespace
}  // namespace aiox::test
