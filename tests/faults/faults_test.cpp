// SPDX-License-Identifier: MIT
//
// Whatever call of the library's fails, once or now and then: each accepted request ends once and
// is told of once, what is refused leaves nothing behind, nothing hangs, and everything works
// again. Each case is a process of its own, which begins with the library's first call.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "injector.h"
#include "ledger.h"
#include "scenario.h"
#include "stress/scale.h"
#include "support/child.h"
#include "support/descriptors.h"
#include "support/patience.h"
#include "support/process.h"

namespace aiox::test {
namespace {

using Setting = std::pair<const char*, const char*>;
using Settings = std::initializer_list<Setting>;

// A way of service that a test does not name is used as the environment says.
constexpr Setting kFleeting{"AIOX_IDLE_MS", "3"};
constexpr Setting kImmediate{"AIOX_IMMEDIATE", "on"};
constexpr Setting kKernelAio{"AIOX_KERNEL_AIO", "always"};

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void tell_hang(int /*signo*/) {
  const char* const what = what_is_done();
  static_cast<void>(::write(STDERR_FILENO, "hangs, while ", 13) +
                    ::write(STDERR_FILENO, what, std::strlen(what)) +
                    ::write(STDERR_FILENO, "\n", 1));
  ::_exit(2);
}

// The one that makes notifications later dozes for a second before it leaves. It is waited for
// where nothing fails: otherwise that would be most of the time of all the cases.
bool is_a_thread_left() {
  const std::vector<ThreadInfo> left = library_threads();
  return std::any_of(left.begin(), left.end(), [](const ThreadInfo& thread) {
    return plan().mode == Plan::Mode::kNone || thread.name != "aiox/notifier";
  });
}

// With the plan's faults; then once more without; and in the end nothing is left of it.
int play_in_child() {
  struct sigaction hangs {};
  hangs.sa_handler = tell_hang;
  ::sigaction(SIGALRM, &hangs, nullptr);
  ::alarm(static_cast<unsigned>(kPatience.count()));
  const std::size_t descriptors = open_descriptors();
  plan().armed = true;
  play_scenario();
  plan().armed = false;
  const std::size_t injected = plan().injected.exchange(0);
  play_scenario();
  plan().injected = injected;
  doing("waiting for the threads to leave");
  wait_until([] { return !is_a_thread_left(); }, "the end of the library's threads");
  const std::size_t own = library_descriptor() != -1 ? 1 : 0;
  if (open_descriptors() > descriptors + own) {
    wrong("no descriptor is left open but the epoll set");
  }
  return is_all_right() ? 0 : 1;
}

// The plan in a child. The plan's counters are the child's afterwards.
void play(const std::string& what) {
  Plan& shared = plan();
  shared.injected = 0;
  for (auto& made : shared.made) {
    made = 0;
  }
  for (auto& errors : shared.errors) {
    errors = 0;
  }
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    end_child(play_in_child());
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "with " << what;
}

void play_one(Call call, std::size_t index, int error) {
  Plan& shared = plan();
  shared.mode = Plan::Mode::kOne;
  shared.call = call;
  shared.index = index;
  shared.error = error;
  play(std::string(name_of(call)) + " number " + std::to_string(index) + " failing with " +
       std::strerror(error));
}

// Each of the points at which those calls are made, with each error, one after the other. Of calls
// that are made very often, so many, evenly spread.
void play_each(std::initializer_list<Call> calls, Settings settings = {kFleeting}) {
  if (!in_environment(settings)) {
    return;
  }
  plan().mode = Plan::Mode::kNone;
  play("nothing failing");
  std::array<std::size_t, kCalls> points{};
  std::copy(plan().made.begin(), plan().made.end(), points.begin());
  const auto most = static_cast<std::size_t>(8 * scale());
  std::size_t total = 0;
  for (const Call call : calls) {
    const std::size_t count = points[static_cast<std::size_t>(call)];
    std::size_t injected = 0;
    for (const int error : errors_of(call)) {
      for (std::size_t i = 0; i < std::min(count, most) && !testing::Test::HasFailure(); ++i) {
        play_one(call, count <= most ? i : i * count / most, error);
        injected += plan().injected;
      }
    }
    std::cout << name_of(call) << ": " << count << " points, " << injected << " faults\n";
    EXPECT_GT(injected, 0U) << "of " << name_of(call);
    total += injected;
  }
  std::cout << total << " faults injected" << std::endl;
}

TEST(OneFault, OfAnAllocationLosesNothing) { play_each({Call::kMmap, Call::kMadvise}); }

TEST(OneFault, OfAThreadLosesNothing) {
  play_each({Call::kThread, Call::kAttrInit, Call::kAttrDetach, Call::kAttrStack});
}

TEST(OneFault, OfADescriptorLosesNothing) { play_each({Call::kEpollCreate, Call::kDuplicate}); }

TEST(OneFault, OfWatchingLosesNothing) { play_each({Call::kEpollCtl, Call::kEpollWait}); }

TEST(OneFault, OfWaitingLosesNothing) { play_each({Call::kFutexWait}); }

TEST(OneFault, OfASignalLosesNothing) {
  play_each({Call::kSignal, Call::kThreadSignal, Call::kThreadProbe});
}

TEST(OneFault, OfAnAttemptLosesNothing) {
  play_each({Call::kReadNow, Call::kWriteNow, Call::kReceive, Call::kSend, Call::kSplice});
}

TEST(OneFault, OfAFileIsTheResultAndNothingElse) {
  play_each(
      {Call::kPread, Call::kPwrite, Call::kRead, Call::kWrite, Call::kFsync, Call::kFdatasync});
}

TEST(OneFault, OfLookingAtADescriptorQueuesNothing) {
  play_each({Call::kStat, Call::kSeek, Call::kGetFlags});
}

TEST(OneFault, OfWhatIsDispensableIsNotSeen) {
  play_each({Call::kAtexit, Call::kPolicy, Call::kName});
}

TEST(OneFault, OfAnAttemptInTheCallerIsNotSeen) {
  play_each({Call::kReadCached, Call::kReadMemory, Call::kWriteMemory, Call::kSeals, Call::kLimit},
            {kFleeting, kImmediate});
}

// (Whether a thread sleeps on the ring, its device decides: for that there are the random ones.)
TEST(OneFault, OfTheKernelsAioIsNotSeen) {
  if (!has_direct_files()) {
    GTEST_SKIP() << "no O_DIRECT in this folder";
  }
  play_each({Call::kIoSetup, Call::kIoSubmit, Call::kIoGetevents, Call::kIoPriority, Call::kNice,
             Call::kPipeSize, Call::kLimit},
            {kFleeting, kKernelAio});
}

// And what else is called on the way of a request in the kernel's AIO.
TEST(OneFault, BesideTheKernelsAioLosesNothing) {
  if (!has_direct_files()) {
    GTEST_SKIP() << "no O_DIRECT in this folder";
  }
  play_each({Call::kMmap, Call::kThread, Call::kFutexWait, Call::kThreadProbe, Call::kLimit,
             Call::kPolicy},
            {kFleeting, kKernelAio});
}

// AIOX_STRESS_SEED replays the first of them.
void play_random(Settings settings) {
  if (!in_environment(settings)) {
    return;
  }
  const std::uint32_t first = seed();
  std::size_t injected = 0;
  const int runs = 40 * scale();
  for (int run = 0; run < runs && !testing::Test::HasFailure(); ++run) {
    Plan& shared = plan();
    shared.mode = Plan::Mode::kRandom;
    shared.seed = first + static_cast<std::uint32_t>(run);
    shared.one_in = std::array<std::uint32_t, 4>{3, 10, 30, 100}[shared.seed % 4];
    play("AIOX_STRESS_SEED=" + std::to_string(shared.seed));
    injected += shared.injected;
  }
  std::cout << injected << " faults injected in " << runs << " runs" << std::endl;
  EXPECT_GT(injected, 0U);
}

TEST(RandomFaults, LoseNothing) { play_random({kFleeting}); }

TEST(RandomFaults, LoseNothingWithAllWaysOfService) {
  play_random({kFleeting, kImmediate, kKernelAio});
}

}  // namespace
}  // namespace aiox::test
