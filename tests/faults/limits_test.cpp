// SPDX-License-Identifier: MIT
//
// At the process's limits: a call fails with EAGAIN and has queued nothing, or it works with less.
#include <aio.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "ledger.h"
#include "support/child.h"
#include "support/descriptors.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"
#include "support/transfer.h"

namespace aiox::test {
namespace {

// In a process of its own, which the library has not yet been used in.
void in_child(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(static_cast<unsigned>(kPatience.count()));
    try {
      body();
    } catch (const std::exception& error) {
      wrong(error.what());
    }
    end_child(is_all_right() && !testing::Test::HasFailure() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

std::vector<Descriptor> use_up_all_descriptors(rlim_t limit) {
  const rlimit low{.rlim_cur = limit, .rlim_max = limit};
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  std::vector<Descriptor> all;
  for (int fildes = 0; (fildes = ::open("/dev/null", O_RDONLY)) != -1;) {
    all.emplace_back(fildes);
  }
  EXPECT_EQ(errno, EMFILE);
  return all;
}

void expect_stream_works(const Ends& ends) {
  Transfer read = read_of(ends.reader, 4);
  ASSERT_EQ(aio_read(&read), 0);
  EXPECT_EQ(write_in_passing(ends.writer, "data"), success(4));
  EXPECT_EQ(finish(read), success(4));
  EXPECT_EQ(read.bytes(4), "data");
}

TEST(WithoutADescriptor, LeftStreamsAreServedAllTheSame) {
  in_child([] {
    const Ends pipe = make_pipe();
    const Ends fifo = make_fifo();
    const Ends sockets = make_unix_sockets();
    const Ends terminal = make_pty();
    const std::vector<Descriptor> all = use_up_all_descriptors(64);
    for (const Ends* const ends : {&pipe, &fifo, &sockets, &terminal}) {
      expect_stream_works(*ends);
    }
  });
}

TEST(WithoutADescriptor, LeftFilesAreServedAllTheSame) {
  in_child([] {
    const TempFile file("content");
    const std::vector<Descriptor> all = use_up_all_descriptors(64);
    EXPECT_EQ(read_in_passing(file, 7), success(7));
    EXPECT_EQ(write_in_passing(file, "more"), success(4));
    Transfer sync = sync_of(file);
    EXPECT_EQ(run_sync(sync), success(0));
  });
}

TEST(WithoutADescriptor, LeftThereIsOneForTheLibraryWhenThereIsOneAgain) {
  in_child([] {
    const Ends pipe = make_pipe();
    std::vector<Descriptor> all = use_up_all_descriptors(64);
    expect_stream_works(pipe);
    all.resize(all.size() - 4);
    expect_stream_works(pipe);
    Transfer read = read_of(pipe.reader, 1);
    ASSERT_EQ(aio_read(&read), 0);
    EXPECT_EQ(aio_cancel(pipe.reader, &read), AIO_CANCELED);
  });
}

// RLIMIT_NPROC does not bind the superuser.
void allow_no_thread() {
  if (::geteuid() == 0) {
    EXPECT_EQ(::setresuid(65'534, 65'534, 65'534), 0);
  }
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  EXPECT_EQ(::setrlimit(RLIMIT_NPROC, &none), 0);
}

TEST(WithoutAThread, LeftAFileIsRefusedWithEagainAndNothingIsQueued) {
  in_child([] {
    const TempFile file("content");
    allow_no_thread();
    Callbacks callbacks;
    Transfer refused = write_of(file, "x");
    refused.aio_sigevent = callbacks.event();
    EXPECT_EQ(aio_write(&refused), -1);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(outcome_of(refused), failure(EAGAIN));
    EXPECT_EQ(statistics().outstanding, 0U);
    EXPECT_EQ(statistics().write.submitted, 0U);
    EXPECT_EQ(callbacks.count(), 0U);
    char first = 0;
    EXPECT_EQ(::pread(file, &first, 1, 0), 1);
    EXPECT_EQ(first, 'c');
  });
}

TEST(WithoutAThread, LeftAListIsRefusedWithEagainAndNothingIsQueued) {
  if (!in_environment({{"AIOX_IMMEDIATE", "off"}})) {
    return;
  }
  in_child([] {
    const TempFile file("content");
    allow_no_thread();
    Transfer one = write_of(file, "x");
    Transfer other = read_of(file, 1);
    aiocb* const list[] = {&one, &other};
    EXPECT_EQ(list_io(LIO_WAIT, list), -1);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(aio_error(&one), EAGAIN);
    EXPECT_EQ(aio_error(&other), EAGAIN);
    EXPECT_EQ(statistics().outstanding, 0U);
  });
}

TEST(WithoutAThread, LeftWhatACallerCanHaveAtOnceIsServed) {
  if (!in_environment({{"AIOX_IMMEDIATE", "on"}})) {
    return;
  }
  in_child([] {
    const TempFile file("content");
    allow_no_thread();
    EXPECT_EQ(read_in_passing(file, 7), success(7));
    EXPECT_EQ(statistics().workers, 0U);
  });
}

TEST(WithoutAThread, LeftACallThatIsServedAtOnceMakesTheNotificationsThatWereKept) {
  if (!in_environment({{"AIOX_IMMEDIATE", "on"}})) {
    return;
  }
  in_child([] {
    const TempFile file("content");
    allow_no_thread();
    PendingSignal signal(SIGRTMIN);
    Limit no_room(RLIMIT_SIGPENDING, 0);
    Transfer read = read_of(file, 7);
    read.aio_sigevent = signal_event(SIGRTMIN, 17);
    EXPECT_EQ(run_read(read), success(7));
    EXPECT_FALSE(signal.is_pending());
    no_room.lift();
    EXPECT_EQ(read_in_passing(file, 7), success(7));
    EXPECT_TRUE(signal.is_pending());
  });
}

TEST(WithoutAThread, LeftAStreamIsServedAsFarAsItNeedNotWait) {
  in_child([] {
    const Ends pipe = make_unix_sockets();
    allow_no_thread();
    EXPECT_EQ(write_in_passing(pipe.writer, "data"), success(4));
    EXPECT_EQ(read_in_passing(pipe.reader, 4), success(4));
    Transfer refused = read_of(pipe.reader, 4);
    EXPECT_EQ(aio_read(&refused), -1);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(outcome_of(refused), failure(EAGAIN));
    EXPECT_EQ(statistics().outstanding, 0U);
  });
}

rlim_t address_space() {
  return static_cast<rlim_t>(std::stoul(read_to_end(open_path("/proc/self/statm", O_RDONLY)))) *
         static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

// The stack grows before there is no room for it.
[[gnu::noinline]] void touch_stack() {
  volatile char room[256 * 1024];
  for (std::size_t i = 0; i < sizeof room; i += 1024) {
    room[i] = 0;
  }
}

// From nothing at all to enough, so that each of the library's own allocations is the first to
// fail.
TEST(WithLittleMemory, ACallFailsWithEagainOrItWorks) {
  if (kSanitized) {
    GTEST_SKIP() << "a sanitizer needs all of the address space";
  }
  bool has_worked = false;
  bool has_failed = false;
  for (rlim_t room = 0; !has_worked && room < rlim_t{1} << 32; room = room * 3 / 2 + 4096) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(static_cast<unsigned>(kPatience.count()));
      const TempFile file("content");
      Transfer read = read_of(file, 7);
      touch_stack();
      const rlim_t limit = address_space() + room;
      const rlimit small{.rlim_cur = limit, .rlim_max = limit};
      ::setrlimit(RLIMIT_AS, &small);
      if (aio_read(&read) != 0) {
        const bool is_right = errno == EAGAIN && aio_error(&read) == EAGAIN;
        end_child(is_right && statistics().outstanding == 0 ? 1 : 2);
      }
      end_child(finish(read) == success(7) ? 0 : 3);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 2)
        << "with room for " << room << " bytes: status " << status;
    has_worked = WEXITSTATUS(status) == 0;
    has_failed |= !has_worked;
  }
  EXPECT_TRUE(has_failed);
  EXPECT_TRUE(has_worked);
}

}  // namespace
}  // namespace aiox::test
