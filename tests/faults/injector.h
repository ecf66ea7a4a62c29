// SPDX-License-Identifier: MIT
//
// Faults in what the library asks of the system. The library that this program links is libaiox.a
// with each such call renamed, and the calls by their new names are made here: they count, and
// fail where the plan says so. The program's own calls are not touched.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace aiox::test {

/// The calls that can fail. Waking a futex, the clock and the signal mask cannot.
enum class Call : std::size_t {
  kMmap,
  kMadvise,
  kAtexit,
  kAtfork,
  kThread,
  kAttrInit,
  kAttrDetach,
  kAttrStack,
  kEpollCreate,
  kDuplicate,  // fcntl(F_DUPFD_CLOEXEC)
  kGetFlags,   // fcntl(F_GETFL) and fcntl(F_GETFD)
  kEpollCtl,
  kEpollWait,
  kFutexWait,
  kSignal,        // rt_sigqueueinfo
  kThreadSignal,  // rt_tgsigqueueinfo
  kThreadProbe,   // tgkill
  kIoSetup,
  kIoSubmit,
  kIoGetevents,
  kIoSleep,      // io_pgetevents
  kIoPriority,   // ioprio_get
  kNice,         // getpriority
  kReadCached,   // preadv2 as a raw call, like the next two
  kReadMemory,   // pread64
  kWriteMemory,  // pwrite64
  kReadNow,      // preadv2
  kWriteNow,     // pwritev2
  kReceive,
  kSend,
  kSplice,  // vmsplice
  kPread,
  kPwrite,
  kRead,
  kWrite,
  kFsync,
  kFdatasync,
  kStat,
  kSeals,     // fcntl(F_GET_SEALS)
  kPipeSize,  // fcntl(F_GETPIPE_SZ)
  kSeek,
  kLimit,   // getrlimit
  kPolicy,  // sched_getscheduler
  kName,    // prctl
};
inline constexpr std::size_t kCalls = 44;

const char* name_of(Call call);

/// What that call may fail with.
std::span<const int> errors_of(Call call);

/// What shall fail. In memory that a child shares with its parent.
struct Plan {
  enum class Mode { kNone, kOne, kRandom };
  Mode mode = Mode::kNone;
  Call call{};               // kOne
  std::size_t index = 0;     // kOne: the how-manieth, from 0
  int error = 0;             // kOne
  std::uint32_t seed = 0;    // kRandom
  std::uint32_t one_in = 1;  // kRandom

  std::atomic<bool> armed = false;
  std::array<std::atomic<std::size_t>, kCalls> made{};
  std::atomic<std::size_t> injected = 0;
  // A bit for each error that was injected and that a request may end with.
  std::array<std::atomic<std::uint64_t>, 3> errors{};

  bool had(int code) const;
};

/// The one plan of this program.
Plan& plan();

}  // namespace aiox::test
