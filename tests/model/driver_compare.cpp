// SPDX-License-Identifier: MIT
//
// The comparing half of the driver.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "driver.h"
#include "support/patience.h"
#include "support/process.h"

namespace aiox::test {
namespace {

EndCounters from(const aiox_operation_statistics& stats) {
  return {stats.submitted, stats.completed, stats.failed, stats.cancelled};
}

}  // namespace

sigset_t Driver::notice_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, notice_signal());
  return set;
}

void Driver::block_signals() {
  const sigset_t set = notice_set();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

std::array<EndCounters, 3> Driver::end_counters() {
  const aiox_statistics stats = statistics();
  return {from(stats.read), from(stats.write), from(stats.fsync)};
}

void Driver::settle() {
  compare_running();
  compare_signals();
  compare_statuses();
  compare_counters();
}

void Driver::compare_running() {
  std::multiset<HeldOperations::Key> expected;
  for (const std::size_t number : model_.running()) {
    expected.insert(key_of(number));
  }
  held_operations().wait_held(expected.size());
  if (held_operations().held() != expected) {
    differ("other operations run than the model says");
  }
}

// The status comes before the notification, so those that are due may take a moment.
void Driver::compare_signals() {
  std::multiset<int> due = model_.take_told();
  const sigset_t set = notice_set();
  while (true) {
    siginfo_t info;
    const timespec limit{.tv_sec = due.empty() ? 0 : kPatience.count(), .tv_nsec = 0};
    const int signo = ::sigtimedwait(&set, &info, &limit);
    if (signo == -1 && due.empty()) {
      return;
    }
    const auto found = signo == -1 ? due.end() : due.find(info.si_value.sival_int);
    if (found == due.end()) {
      differ(signo == -1 ? "a notification did not come" : "a notification too many");
    }
    expect(info.si_code, int{SI_ASYNCIO}, "si_code");
    due.erase(found);
  }
}

void Driver::compare_statuses() {
  for (std::size_t number = 0; number < Reference::kSlots; ++number) {
    const Slot& slot = model_.slot(number);
    const bool stale = slot.life == Life::kStale;
    errno = 0;
    const int status = aio_error(blocks_[number].get());
    expect(status,
           stale                ? -1
           : slot.in_progress() ? EINPROGRESS
                                : slot.result.error,
           ("aio_error() of " + std::to_string(number)).c_str());
    expect(errno, stale ? EINVAL : 0, "errno of aio_error()");
  }
}

void Driver::compare_counters() {
  expect(std::size_t{statistics().outstanding}, model_.outstanding(), "outstanding");
  const std::array<EndCounters, 3> now = end_counters();
  for (const Opcode opcode : {Opcode::kRead, Opcode::kWrite, Opcode::kSync}) {
    const auto kind = static_cast<std::size_t>(opcode);
    const EndCounters& before = counters_before_[kind];
    const EndCounters& model = model_.counters(opcode);
    expect(now[kind].submitted - before.submitted, model.submitted, "submitted");
    expect(now[kind].completed - before.completed, model.completed, "completed");
    expect(now[kind].failed - before.failed, model.failed, "failed");
    expect(now[kind].cancelled - before.cancelled, model.cancelled, "cancelled");
  }
}

void Driver::say(const char* call, std::size_t number) {
  log_.push_back(call);
  if (number != Reference::kSlots) {
    log_.back() += ' ' + std::to_string(number);
  }
}

void Driver::differ(const std::string& what) {
  constexpr std::size_t kShown = 40;
  const std::size_t first = log_.size() > kShown ? log_.size() - kShown : 0;
  for (std::size_t i = first; i < log_.size(); ++i) {
    std::fprintf(stderr, "%zu: %s\n", i, log_[i].c_str());
  }
  std::fprintf(stderr, "difference after call %zu: %s\n", log_.size(), what.c_str());
  std::abort();
}

}  // namespace aiox::test
