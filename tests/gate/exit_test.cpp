// SPDX-License-Identifier: MIT
//
// exit() with requests that are held. The process of such a test ends in its middle, with status 0;
// what it waited for shows in how.
#include <aio.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <thread>

#include "gate_test.h"
#include "support/child.h"

namespace aiox::test {
namespace {

constexpr const char* kLong = "600000";  // no healthy run takes that long

using Exit = GateTest;

TEST_F(Exit, WaitsForAHeldWriteAndCarriesOutWhatIsQueued) {
  if (!in_environment({{"AIOX_EXIT_TIMEOUT_MS", kLong}})) return;
  static int copy = ::dup(file);
  static Transfer* const last = new Transfer(copy, "B", 1);
  // Before the first request, so it runs when the library is through.
  std::atexit([] {
    char bytes[2] = {};
    const bool is_written = ::pread(copy, bytes, 2, 0) == 2 && bytes[0] == 'A' && bytes[1] == 'B';
    end_child(is_written && aio_error(last) == 0 ? 0 : 1);
  });
  limit_workers(1);
  write('A');
  gate.wait_started(1);
  ASSERT_EQ(aio_write(last), 0);
  std::thread([] { process_gate().open(); }).detach();
  std::exit(2);
}

TEST_F(Exit, IsBoundedByItsTime) {
  if (!in_environment({{"AIOX_EXIT_TIMEOUT_MS", "50"}})) return;
  write('A');
  gate.wait_started(1);
  write('B');
  std::exit(0);
}

TEST_F(Exit, DoesNotWaitWhereTheEnvironmentSaysCancel) {
  if (!in_environment({{"AIOX_EXIT", "cancel"}, {"AIOX_EXIT_TIMEOUT_MS", kLong}})) return;
  write('A');
  gate.wait_started(1);
  std::exit(0);
}

TEST_F(Exit, DoesNotWaitForARunningRead) {
  if (!in_environment({{"AIOX_EXIT_TIMEOUT_MS", kLong}})) return;
  read('A');
  gate.wait_started(1);
  std::exit(0);
}

TEST_F(Exit, RefusesFurtherWritesAndSyncsWhileItWaitsAndNoReads) {
  if (!in_environment({{"AIOX_EXIT_TIMEOUT_MS", kLong}})) return;
  write('A');
  gate.wait_started(1);
  std::thread([&] {
    const int other = ::dup(file);
    wait_until(
        [=] {
          Transfer probe = write_of(other, "?");
          const bool is_refused = aio_write(&probe) == -1;
          if (!is_refused) {
            process_gate().let_go('?');
            finish(probe);
          }
          return is_refused && errno == EAGAIN;
        },
        "writes to be refused");
    Transfer unwritten = sync_of(other);
    const bool is_refused = aio_fsync(O_SYNC, &unwritten) == -1 && errno == EAGAIN;
    Transfer read = read_of(other, 1);
    const bool reads = aio_read(&read) == 0;
    process_gate().open();
    if (!is_refused || !reads || finish(read) != success(1)) {
      end_child(1);
    }
    ::pause();
  }).detach();
  std::exit(0);
}

TEST_F(Exit, OfADescriptorThatIsBeingClosedIsNotHeldUpByTheClose) {
  if (!in_environment({{"AIOX_EXIT_TIMEOUT_MS", "50"}, {"AIOX_CLOSE_TIMEOUT_MS", kLong}})) return;
  const int fildes = ::dup(file);
  write('A', {.fildes = fildes});
  gate.wait_started(1);
  std::thread([=] { ::close(fildes); }).detach();
  std::exit(0);
}

}  // namespace
}  // namespace aiox::test
