// SPDX-License-Identifier: MIT
#include "support/process.h"

#include <aio.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "support/patience.h"

namespace aiox::test {
namespace {

constexpr const char* kRerun = "AIOX_TEST_RERUN";

std::uint64_t blocked_signals(const std::filesystem::path& task) {
  std::ifstream status(task / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigBlk:")) {
      return std::stoull(line.substr(7), nullptr, 16);
    }
  }
  return 0;
}

std::string filter_of_current_test() {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  return std::string("--gtest_filter=") + test.test_suite_name() + "." + test.name();
}

}  // namespace

// Where a thread ends while the kernel lists them, another one may be missing: then once more.
std::vector<ThreadInfo> threads_named(std::string_view prefix) {
  for (;;) {
    const std::filesystem::directory_iterator all("/proc/self/task");
    const std::vector<std::filesystem::path> tasks(begin(all), end(all));
    std::vector<ThreadInfo> found;
    bool are_there = true;
    for (const std::filesystem::path& task : tasks) {
      std::string name;
      are_there = std::getline(std::ifstream(task / "comm"), name) && are_there;
      if (name.starts_with(prefix)) {
        found.push_back({.tid = std::stoi(task.filename()),
                         .name = name,
                         .blocked_signals = blocked_signals(task)});
      }
    }
    if (are_there) {
      return found;
    }
  }
}

void wait_for_quiet() {
  wait_until([] { return statistics().outstanding == 0; }, "the end of all requests");
}

aiox_statistics statistics() {
  aiox_statistics stats{};
  stats.size = sizeof stats;
  EXPECT_EQ(aiox_stats(&stats), 0);
  return stats;
}

void limit_workers(int threads) { limit_workers(threads, 0); }

void limit_workers(int threads, int idle_seconds) {
  aioinit wishes{};
  wishes.aio_threads = threads;
  wishes.aio_num = 64;
  wishes.aio_idle_time = idle_seconds;
  aio_init(&wishes);
}

std::size_t resident_memory() {
  std::size_t pages = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> pages >> pages;
  return pages * 4096;
}

bool in_environment(std::initializer_list<std::pair<const char*, const char*>> variables) {
  if (std::getenv(kRerun) != nullptr) {
    return true;
  }
  const std::string filter = filter_of_current_test();
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv(kRerun, "1", 1);
    for (const auto& [name, value] : variables) {
      ::setenv(name, value, 1);
    }
    ::execl("/proc/self/exe", "again", filter.c_str(), nullptr);
    ::_exit(127);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "the process with another environment failed";
  return false;
}

Limit::Limit(__rlimit_resource resource, rlim_t soft) : resource_(resource) {
  ::getrlimit(resource_, &before_);
  const rlimit changed{.rlim_cur = soft, .rlim_max = before_.rlim_max};
  if (::setrlimit(resource_, &changed) != 0) {
    throw std::system_error(errno, std::generic_category(), "setrlimit");
  }
}

Limit::~Limit() { lift(); }

void Limit::lift() { ::setrlimit(resource_, &before_); }

}  // namespace aiox::test
