// SPDX-License-Identifier: MIT
//
// O_DIRECT requests that the kernel serves, and those that come to depend on one of them.
#include <fcntl.h>
#include <sys/syscall.h>

#include <array>
#include <deque>

#include "engine_test.h"
#include "injection.h"

namespace aiox::test {
namespace {

constexpr std::size_t kBlock = 4096;

class EngineDirect : public EngineTest {
 protected:
  EngineDirect() { config.set(sys::Option::kKernelAio, static_cast<long>(sys::Use::kAlways)); }

  void SetUp() override {
    if (::fcntl(fildes, F_SETFL, O_DIRECT) == -1) {
      GTEST_SKIP() << "no O_DIRECT in this folder";
    }
  }

  /// A write of a block that tells nobody.
  aiocb& write(char name) {
    aiocb& made = block(name);
    buffers_.emplace_back().bytes.fill(name);
    made.aio_buf = buffers_.back().bytes.data();
    made.aio_nbytes = kBlock;
    made.aio_offset = 0;
    made.aio_sigevent.sigev_notify = SIGEV_NONE;
    EXPECT_EQ(engine->submit(made, Opcode::kWrite), 0);
    return made;
  }

 private:
  struct alignas(kBlock) Buffer {
    std::array<char, kBlock> bytes;
  };
  std::deque<Buffer> buffers_;
};

// Nobody else looks for the end of the first one, so the reaper has to, and not when it has rested
// for long.
TEST_F(EngineDirect, WriteThatAppendsBehindOneOfBeforeTheFlagReliesOnTheReaper) {
  const aiocb& first = write('f');
  ASSERT_EQ(::fcntl(fildes, F_SETFL, O_DIRECT | O_APPEND), 0);
  const CallFails waits(SYS_io_getevents, 0, 0);
  std::array<const aiocb*, 2> appended{&write('s'), &write('t')};
  for (const aiocb* const one : appended) {
    wait_status(*one, 0);
  }
  EXPECT_GT(waits.made(), 0);
  EXPECT_EQ(gate.started(), "st");
  EXPECT_EQ(status(first), 0);
}

}  // namespace
}  // namespace aiox::test
