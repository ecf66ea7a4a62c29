// SPDX-License-Identifier: MIT
#include "injector.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <new>

namespace aiox::test {
namespace {

struct Row {
  const char* name;
  std::array<int, 5> errors;  // zero: no more
};

constexpr std::array<Row, kCalls> kTable{{
    {"mmap", {ENOMEM, EAGAIN}},
    {"madvise", {EINVAL, EPERM}},
    {"atexit", {ENOMEM}},
    {"pthread_atfork", {ENOMEM}},
    {"pthread_create", {EAGAIN, EINVAL, EPERM}},
    {"pthread_attr_init", {ENOMEM}},
    {"pthread_attr_setdetachstate", {EINVAL}},
    {"pthread_attr_setstacksize", {EINVAL}},
    {"epoll_create1", {EMFILE, ENOMEM, EPERM, ENOSYS}},
    {"fcntl(F_DUPFD_CLOEXEC)", {EMFILE, EINVAL}},
    {"fcntl(F_GETFL)", {EPERM}},
    {"epoll_ctl", {ENOMEM, ENOSPC, EPERM, ENOSYS}},
    {"epoll_wait", {EINTR, EPERM}},
    {"futex(FUTEX_WAIT)", {EINTR, EAGAIN, ENOSYS}},
    {"rt_sigqueueinfo", {EAGAIN}},
    {"rt_tgsigqueueinfo", {EAGAIN}},
    {"tgkill", {ESRCH}},
    {"io_setup", {EAGAIN, ENOMEM, EINVAL, ENOSYS, EPERM}},
    {"io_submit", {EAGAIN, ENOMEM, EINVAL, ENOSYS, EPERM}},
    {"io_getevents", {EINTR, EINVAL, EFAULT, ENOSYS, EPERM}},
    {"io_pgetevents", {EINTR, EINVAL, EFAULT, ENOSYS, EPERM}},
    {"ioprio_get", {ENOSYS, EPERM}},
    {"getpriority", {ENOSYS, EPERM}},
    {"preadv2 (raw)", {EAGAIN, EINTR, EOPNOTSUPP, ENOSYS, EPERM}},
    {"pread64 (raw)", {EINTR, EIO, ENOMEM, ENOSYS, EPERM}},
    {"pwrite64 (raw)", {EINTR, EIO, ENOSPC, ENOSYS, EPERM}},
    {"preadv2", {EAGAIN, EINTR, ENOMEM, ENOSYS, EPERM}},
    {"pwritev2", {EAGAIN, EINTR, ENOMEM, ENOSYS, EPERM}},
    {"recv", {EAGAIN, EINTR, ENOMEM}},
    {"send", {EAGAIN, EINTR, ENOMEM, ENOBUFS}},
    {"vmsplice", {EAGAIN, EINTR, ENOMEM, ENOSYS, EPERM}},
    {"pread", {EINTR, EIO, ENOMEM}},
    {"pwrite", {EINTR, EIO, ENOSPC}},
    {"read", {EAGAIN, EINTR, EIO}},
    {"write", {EAGAIN, EINTR, EIO}},
    {"fsync", {EINTR, EIO}},
    {"fdatasync", {EINTR, EIO}},
    {"fstat", {ENOMEM, EPERM}},
    {"fcntl (seals)", {EPERM, ENOSYS}},
    {"fcntl (pipe's size)", {EPERM, ENOSYS}},
    {"lseek", {EPERM}},
    {"getrlimit", {EPERM}},
    {"sched_getscheduler", {EPERM, ENOSYS}},
    {"prctl", {EPERM}},
}};

struct RawCall {
  long number;
  Call call;
};

// What is asked for by its number. Of the futexes those alone that wait, see fault_syscall().
constexpr RawCall kRawCalls[] = {
    {SYS_rt_sigqueueinfo, Call::kSignal}, {SYS_rt_tgsigqueueinfo, Call::kThreadSignal},
    {SYS_tgkill, Call::kThreadProbe},     {SYS_io_setup, Call::kIoSetup},
    {SYS_io_submit, Call::kIoSubmit},     {SYS_io_getevents, Call::kIoGetevents},
    {SYS_ioprio_get, Call::kIoPriority},  {SYS_preadv2, Call::kReadCached},
    {SYS_pread64, Call::kReadMemory},     {SYS_pwrite64, Call::kWriteMemory},
    {SYS_getrlimit, Call::kLimit},        {SYS_io_pgetevents, Call::kIoSleep},
};

constexpr std::size_t place(Call call) { return static_cast<std::size_t>(call); }

// The same number for the same place in the same plan: a seed can be replayed.
std::uint32_t number_for(std::uint32_t seed, Call call, std::size_t index) {
  std::uint64_t bits = seed * 0x9e3779b97f4a7c15U + place(call) * 0xbf58476d1ce4e5b9U + index;
  for (int i = 0; i < 3; ++i) {
    bits = (bits ^ bits >> 29) * 0x94d049bb133111ebU;
  }
  return static_cast<std::uint32_t>(bits >> 32);
}

// "Not yet" of a stream that is ready is waited out once, and then until the stream changes. And an
// epoll_wait() that is forbidden again and again is not asked any more, also when it would work.
bool may_be_repeated(Call call, int error) {
  return (error != EAGAIN || call < Call::kReadNow) && call != Call::kEpollWait;
}

// Whatever that call fails with, the request is served in another way and ends as if nothing had.
bool has_another_way(Call call) {
  return (call >= Call::kIoSetup && call <= Call::kWriteMemory) || call == Call::kSeals ||
         call == Call::kPipeSize;
}

int chosen_error(const Plan& plan, Call call, std::size_t index) {
  switch (plan.mode) {
    case Plan::Mode::kOne: return call == plan.call && index == plan.index ? plan.error : 0;
    case Plan::Mode::kRandom: {
      const std::uint32_t number = number_for(plan.seed, call, index);
      const std::span<const int> errors = errors_of(call);
      const int error = errors[number / plan.one_in % errors.size()];
      return number % plan.one_in == 0 && may_be_repeated(call, error) ? error : 0;
    }
    case Plan::Mode::kNone: break;
  }
  return 0;
}

// The error with which this call has to fail; 0: it is to be made.
int fault(Call call) {
  Plan& shared = plan();
  if (!shared.armed.load()) {
    return 0;
  }
  const int error = chosen_error(shared, call, shared.made[place(call)].fetch_add(1));
  if (error != 0) {
    shared.injected.fetch_add(1);
    if (has_another_way(call)) {
      return error;
    }
    shared.errors[static_cast<std::size_t>(error) / 64].fetch_or(std::uint64_t{1} << error % 64);
  }
  return error;
}

// For calls that fail with -1 and errno.
bool fails(Call call) {
  const int before = errno;
  const int error = fault(call);
  errno = error != 0 ? error : before;
  return error != 0;
}

bool raw_call_fails(long number) {
  const auto* const found =
      std::find_if(std::begin(kRawCalls), std::end(kRawCalls),
                   [number](const RawCall& raw) { return raw.number == number; });
  return found != std::end(kRawCalls) && fails(found->call);
}

// Early: later there may be no memory for it.
[[gnu::constructor]] void make_plan() { plan(); }

}  // namespace

const char* name_of(Call call) { return kTable[place(call)].name; }

std::span<const int> errors_of(Call call) {
  const std::array<int, 5>& errors = kTable[place(call)].errors;
  std::size_t count = 0;
  while (count < errors.size() && errors[count] != 0) {
    ++count;
  }
  return {errors.data(), count};
}

bool Plan::had(int code) const {
  return code >= 0 && code < 192 &&
         (errors[static_cast<std::size_t>(code) / 64].load() >> code % 64 & 1) != 0;
}

Plan& plan() {
  static Plan* const shared =
      new (::mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
          Plan;
  return *shared;
}

}  // namespace aiox::test

// The calls, as the library of this program names them.

using aiox::test::Call;
using aiox::test::fails;
using aiox::test::fault;
using aiox::test::raw_call_fails;

extern "C" {

void* fault_mmap(void* at, size_t size, int protection, int flags, int fildes, off_t offset) {
  return fails(Call::kMmap) ? MAP_FAILED : ::mmap(at, size, protection, flags, fildes, offset);
}

int fault_madvise(void* at, size_t size, int advice) {
  return fails(Call::kMadvise) ? -1 : ::madvise(at, size, advice);
}

int fault_atexit(void (*function)()) { return fails(Call::kAtexit) ? -1 : std::atexit(function); }

int fault_pthread_atfork(void (*prepare)(), void (*parent)(), void (*child)()) {
  const int error = fault(Call::kAtfork);
  return error != 0 ? error : ::pthread_atfork(prepare, parent, child);
}

int fault_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*entry)(void*),
                         void* argument) {
  const int error = fault(Call::kThread);
  return error != 0 ? error : ::pthread_create(thread, attributes, entry, argument);
}

int fault_pthread_attr_init(pthread_attr_t* attributes) {
  const int error = fault(Call::kAttrInit);
  return error != 0 ? error : ::pthread_attr_init(attributes);
}

int fault_pthread_attr_setdetachstate(pthread_attr_t* attributes, int state) {
  const int error = fault(Call::kAttrDetach);
  return error != 0 ? error : ::pthread_attr_setdetachstate(attributes, state);
}

int fault_pthread_attr_setstacksize(pthread_attr_t* attributes, size_t size) {
  const int error = fault(Call::kAttrStack);
  return error != 0 ? error : ::pthread_attr_setstacksize(attributes, size);
}

int fault_epoll_create1(int flags) {
  return fails(Call::kEpollCreate) ? -1 : ::epoll_create1(flags);
}

int fault_fcntl(int fildes, int command, ...) {
  va_list rest;
  va_start(rest, command);
  const long argument = va_arg(rest, long);
  va_end(rest);
  const Call call = command == F_DUPFD_CLOEXEC ? Call::kDuplicate
                    : command == F_GET_SEALS   ? Call::kSeals
                    : command == F_GETPIPE_SZ  ? Call::kPipeSize
                                               : Call::kGetFlags;
  return fails(call) ? -1 : ::fcntl(fildes, command, argument);
}

int fault_epoll_ctl(int epoll, int operation, int fildes, epoll_event* event) {
  // What is deleted is: with memory for nothing, and the library has no use for the answer.
  const bool can_fail = operation != EPOLL_CTL_DEL;
  return can_fail && fails(Call::kEpollCtl) ? -1 : ::epoll_ctl(epoll, operation, fildes, event);
}

int fault_epoll_wait(int epoll, epoll_event* events, int count, int timeout) {
  return fails(Call::kEpollWait) ? -1 : ::epoll_wait(epoll, events, count, timeout);
}

long fault_syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  std::array<long, 6> words{};
  for (long& word : words) {
    word = va_arg(rest, long);
  }
  va_end(rest);
  const bool waits = number == SYS_futex && (words[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
  if ((waits && fails(Call::kFutexWait)) || raw_call_fails(number)) {
    return -1;
  }
  return ::syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

ssize_t fault_preadv2(int fildes, const iovec* spans, int count, off_t offset, int flags) {
  return fails(Call::kReadNow) ? -1 : ::preadv2(fildes, spans, count, offset, flags);
}

ssize_t fault_pwritev2(int fildes, const iovec* spans, int count, off_t offset, int flags) {
  return fails(Call::kWriteNow) ? -1 : ::pwritev2(fildes, spans, count, offset, flags);
}

ssize_t fault_recv(int fildes, void* buffer, size_t size, int flags) {
  return fails(Call::kReceive) ? -1 : ::recv(fildes, buffer, size, flags);
}

ssize_t fault_send(int fildes, const void* buffer, size_t size, int flags) {
  return fails(Call::kSend) ? -1 : ::send(fildes, buffer, size, flags);
}

ssize_t fault_vmsplice(int fildes, const iovec* spans, size_t count, unsigned flags) {
  return fails(Call::kSplice) ? -1 : ::vmsplice(fildes, spans, count, flags);
}

ssize_t fault_pread(int fildes, void* buffer, size_t size, off_t offset) {
  return fails(Call::kPread) ? -1 : ::pread(fildes, buffer, size, offset);
}

ssize_t fault_pwrite(int fildes, const void* buffer, size_t size, off_t offset) {
  return fails(Call::kPwrite) ? -1 : ::pwrite(fildes, buffer, size, offset);
}

ssize_t fault_read(int fildes, void* buffer, size_t size) {
  return fails(Call::kRead) ? -1 : ::read(fildes, buffer, size);
}

ssize_t fault_write(int fildes, const void* buffer, size_t size) {
  return fails(Call::kWrite) ? -1 : ::write(fildes, buffer, size);
}

int fault_fsync(int fildes) { return fails(Call::kFsync) ? -1 : ::fsync(fildes); }

int fault_fdatasync(int fildes) { return fails(Call::kFdatasync) ? -1 : ::fdatasync(fildes); }

int fault_fstat(int fildes, struct stat* status) {
  return fails(Call::kStat) ? -1 : ::fstat(fildes, status);
}

off_t fault_lseek(int fildes, off_t offset, int whence) {
  return fails(Call::kSeek) ? -1 : ::lseek(fildes, offset, whence);
}

int fault_getpriority(__priority_which_t which, id_t who) {
  return fails(Call::kNice) ? -1 : ::getpriority(which, who);
}

int fault_sched_getscheduler(pid_t thread) {
  return fails(Call::kPolicy) ? -1 : ::sched_getscheduler(thread);
}

int fault_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  return fails(Call::kName) ? -1 : ::prctl(option, a, b, c, d);
}

}  // extern "C"
