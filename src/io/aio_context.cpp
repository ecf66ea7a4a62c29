// SPDX-License-Identifier: MIT
#include "io/aio_context.h"

#include <linux/aio_abi.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "io/io_priority.h"
#include "sys/file_size_limit.h"
#include "sys/thread.h"

namespace aiox::io {
namespace {

// How many go with one io_submit() at most: their descriptions are on the stack.
constexpr std::size_t kAtOnce = 64;

constexpr std::uint32_t kHalf = Ring::kEntries / 2;

// So often in a row the kernel has refused to let the reaper wait: it is forbidden here.
constexpr std::uint32_t kFailures = 3;

// A reaper that may not wait in the kernel any more looks again this often.
constexpr sys::Nanoseconds kLookInterval = sys::kNanosecondsPerMillisecond;

// Bounds of a reaper's sleep: it looks whether it is still needed.
constexpr sys::Nanoseconds kShortestPatience = sys::kNanosecondsPerMillisecond;
constexpr sys::Nanoseconds kLongestPatience = sys::kNanosecondsPerSecond;

// Beyond it, io_submit() would raise SIGXFSZ in the thread of a program that only wanted to submit.
rlim_t write_limit(std::span<const Order> orders) noexcept {
  const bool writes = std::any_of(orders.begin(), orders.end(), [](const Order& order) {
    return order.operation->opcode == Opcode::kWrite;
  });
  return writes ? sys::file_size_limit() : RLIM_INFINITY;
}

bool exceeds(const Operation& operation, rlim_t limit) noexcept {
  return operation.opcode == Opcode::kWrite && limit != RLIM_INFINITY &&
         static_cast<rlim_t>(operation.offset) + operation.nbytes > limit;
}

iocb to_iocb(const Order& order) noexcept {
  const Operation& operation = *order.operation;
  iocb block{};
  block.aio_data = order.cookie;
  block.aio_lio_opcode = operation.opcode == Opcode::kRead ? IOCB_CMD_PREAD : IOCB_CMD_PWRITE;
  block.aio_fildes = static_cast<std::uint32_t>(operation.fildes);
  block.aio_buf = reinterpret_cast<std::uintptr_t>(operation.buffer);
  block.aio_nbytes = operation.nbytes;
  block.aio_offset = operation.offset;
  block.aio_reqprio = lowered_io_priority(order.reqprio);
  block.aio_flags = block.aio_reqprio != 0 ? IOCB_FLAG_IOPRIO : 0;
  return block;
}

Submission& stop(Submission& at, int error) noexcept {
  const bool is_ours = error == EAGAIN || error == ENOMEM || error == ENOSYS || error == EPERM;
  at.why = is_ours ? Submitted::kUnavailable : Submitted::kRefused;
  at.error = error;
  return at;
}

bool is_alive(pid_t thread) noexcept {
  return ::syscall(SYS_tgkill, ::getpid(), thread, 0) == 0 || errno != ESRCH;
}

// The calling thread's lease, of whatever ring: handlers take it over, with a lease of their own.
constinit thread_local std::atomic<sys::Nanoseconds> own_lease{0};

}  // namespace

int AioContext::open(CompletionListener& listener, const sys::Config& config,
                     std::uint32_t number) noexcept {
  listener_ = &listener;
  config_ = &config;
  number_ = number;
  return ring_.open();
}

void AioContext::close() noexcept {
  const sys::SignalsBlocked proof;
  while (outstanding_.load() > 0) {
    static_cast<void>(ring_.await(kLongestPatience));
    poll(proof);
  }
  while (const std::uint32_t threads = threads_.load(std::memory_order_acquire)) {
    sys::futex_wait(threads_, threads, sys::kForever);
  }
  ring_.close();
}

bool AioContext::claim(pid_t thread) noexcept {
  pid_t owner = owner_.load(std::memory_order_acquire);
  if (owner == thread) {
    return true;
  }
  return (owner == 0 || !is_alive(owner)) &&
         owner_.compare_exchange_strong(owner, thread, std::memory_order_acq_rel);
}

// Room for up to that many.
std::uint32_t AioContext::take_room(std::size_t wanted) noexcept {
  std::uint32_t seen = outstanding_.load();
  std::uint32_t granted = 0;
  do {
    granted = static_cast<std::uint32_t>(std::min<std::size_t>(wanted, Ring::kEntries - seen));
  } while (!outstanding_.compare_exchange_weak(seen, seen + granted));
  return granted;
}

// Who waits says so and then looks at the count; here it is the other way round, so one of the two
// sees the other.
void AioContext::give_back_room(std::uint32_t count) noexcept {
  const std::uint32_t left = outstanding_.fetch_sub(count) - count;
  if (left <= kHalf && awaits_room_.load() != 0) {
    awaits_room_.store(0);
    sys::futex_wake(awaits_room_);
  }
}

Room AioContext::await_room(sys::Nanoseconds time) noexcept {
  const sys::Nanoseconds deadline = sys::monotonic_now() + time;
  const std::uint32_t before = outstanding_.load();
  for (int error = 0;;) {
    awaits_room_.store(1);
    const std::uint32_t now = outstanding_.load();
    if (now <= kHalf) {
      return Room::kFree;
    }
    if (error == ETIMEDOUT) {
      return now != before ? Room::kSome : Room::kNothing;
    }
    error = sys::futex_wait(awaits_room_, 1, deadline);
  }
}

Reservation AioContext::reserve(std::size_t wanted, const sys::SignalsBlocked& proof) noexcept {
  const auto none = [](int error) { return Reservation{nullptr, 0, error}; };
  if (failures_.load(std::memory_order_relaxed) >= kFailures) {
    return none(ENOSYS);
  }
  std::uint32_t room = 0;
  do {
    room = take_room(std::min(wanted, kAtOnce));
  } while (room == 0 && poll(proof));
  if (room == 0) {
    return none(EAGAIN);
  }
  if (!call_reaper(proof)) {
    give_back_room(room);
    return none(EAGAIN);
  }
  return {.context = this, .count = room, .error = 0};
}

Submission AioContext::submit(std::span<const Order> orders) noexcept {
  Submission all{.taken = 0, .why = Submitted::kAll, .context = number_, .error = 0};
  const rlim_t limit = write_limit(orders);
  while (all.taken < orders.size()) {
    int error = 0;
    all.taken += submit_some(orders.subspan(all.taken), limit, error);
    if (error != 0) {
      return stop(all, error);
    }
  }
  return all;
}

// One io_submit(): how many were taken, in order, and when none was, the error of the first one.
std::uint32_t AioContext::submit_some(std::span<const Order> orders, rlim_t limit,
                                      int& error) noexcept {
  std::array<iocb, kAtOnce> blocks;
  std::array<iocb*, kAtOnce> pointers;
  std::size_t count = 0;
  for (; count < orders.size() && !exceeds(*orders[count].operation, limit); ++count) {
    blocks[count] = to_iocb(orders[count]);
    pointers[count] = &blocks[count];
  }
  if (count == 0) {
    error = EFBIG;
    return 0;
  }
  const long taken = ring_.submit(pointers.data(), count);
  error = taken > 0 ? 0 : taken == 0 ? EAGAIN : errno;
  return static_cast<std::uint32_t>(std::max(taken, 0L));
}

// As many as a ring has, so that it ends beside a thread that submits all the time.
bool AioContext::take(bool only_plain, const sys::SignalsBlocked& proof) noexcept {
  bool any = false;
  for (std::uint32_t i = 0; i < Ring::kEntries && has_events(); ++i) {
    if ((taking_.fetch_or(kTaken) & kTaken) != 0 || !take_one(only_plain, proof)) {
      break;
    }
    any = true;
  }
  return any;
}

// Called with `taking_` held, and gives it back before it tells: the listener may have to wait for
// a lock of libc's, and meanwhile others shall find their events.
bool AioContext::take_one(bool only_plain, const sys::SignalsBlocked& proof) noexcept {
  Ring::Event event;
  const bool taken =
      has_events() && (!only_plain || listener_->is_plain(ring_.oldest())) && ring_.take(event);
  if (taken) {
    telling_.fetch_add(1);
  }
  give_back();
  if (taken) {
    give_back_room(1);
    listener_->completed(event.cookie, event.result, proof);
    telling_.fetch_sub(1);
  }
  return taken;
}

void AioContext::give_back() noexcept {
  if ((taking_.exchange(0) & kAwaited) != 0) {
    sys::futex_wake(taking_);
  }
}

bool AioContext::call_reaper(const sys::SignalsBlocked& proof) noexcept {
  if (live_.load() > 0) {
    return true;
  }
  const sys::Stay stay(creating_);
  threads_.fetch_add(1, std::memory_order_relaxed);
  if (sys::start_thread(reaper_main, this, proof) != 0) {
    threads_.fetch_sub(1, std::memory_order_release);
    return live_.load() > 0;
  }
  live_.fetch_add(1);
  return true;
}

void* AioContext::reaper_main(void* context) {
  AioContext& self = *static_cast<AioContext*>(context);
  const sys::SignalsBlocked proof;
  sys::name_thread("reaper", self.number_);
  self.run(proof);
  sys::FutexWord& threads = self.threads_;
  threads.fetch_sub(1, std::memory_order_release);
  sys::futex_wake(threads);
  return nullptr;
}

// What nobody asks for, and nobody waits for, is taken when the reaper has rested for long.
void AioContext::run(const sys::SignalsBlocked& proof) noexcept {
  for (bool is_at_ring = is_called();;) {
    const Wake wake = is_at_ring ? reap(is_at_ring, proof) : rest();
    is_at_ring = is_at_ring || is_called();
    if (wake == Wake::kTimeout) {
      if (leave()) {
        return;
      }
      poll(proof);
    }
  }
}

Wake AioContext::rest() noexcept {
  resting_.fetch_add(1);
  const std::uint32_t seen = calls_.load();
  const sys::Nanoseconds lease = lease_.load();
  sys::Nanoseconds deadline = sys::monotonic_now() + patience();
  if (is_relied_on()) {
    deadline = std::min(deadline, lease);  // over at once where there is none
  }
  const int error = sys::futex_wait(calls_, seen, deadline);
  resting_.fetch_sub(1);
  return error == ETIMEDOUT && !is_relied_on() ? Wake::kTimeout : Wake::kEvent;
}

void AioContext::rely(Reliance how) noexcept {
  relied_on(how).fetch_add(1);
  rouse();
}

void AioContext::rouse() noexcept {
  if (resting_.load() != 0) {
    calls_.fetch_add(1);
    sys::futex_wake(calls_);
  }
}

bool AioContext::is_called() const noexcept { return is_relied_on() && !is_leased_to_another(); }

bool AioContext::is_leased_to_another() const noexcept {
  const sys::Nanoseconds until = lease_.load();
  return until != 0 && until != own_lease.load(std::memory_order_relaxed) &&
         sys::monotonic_now() < until;
}

bool AioContext::lease(sys::Nanoseconds until) noexcept {
  sys::Nanoseconds before = lease_.load();
  if (is_sleepless_.load(std::memory_order_relaxed) || is_leased_to_another()) {
    return false;
  }
  own_lease.store(until, std::memory_order_relaxed);
  if (!lease_.compare_exchange_strong(before, until)) {
    return false;
  }
  if (reaper_.load() > 0 || taking_.load() != 0 || telling_.load() != 0) {
    end_lease(until);
    return false;
  }
  return true;
}

// It may be another's by now.
void AioContext::end_lease(sys::Nanoseconds until) noexcept {
  if (own_lease.load(std::memory_order_relaxed) == until) {
    own_lease.store(0, std::memory_order_relaxed);
  }
  if (lease_.compare_exchange_strong(until, 0) && is_relied_on()) {
    rouse();
  }
}

Wake AioContext::sleep(sys::Nanoseconds time) {
  const Wake wake = ring_.await_or_signal(time);
  if (wake == Wake::kFailed) {
    is_sleepless_.store(true, std::memory_order_relaxed);
  }
  return wake;
}

// `called` becomes whether somebody relied on the reaper when the event came.
Wake AioContext::reap(bool& called, const sys::SignalsBlocked& proof) noexcept {
  Wake wake = ring_.await(patience());
  called = is_called();
  if (wake == Wake::kFailed) {
    wake = do_without_waiting();
  } else if (failures_.load(std::memory_order_relaxed) != 0) {
    failures_.store(0, std::memory_order_relaxed);
  }
  while (is_called() && ring_.has_events()) {
    if (!poll(proof)) {
      await_taker(proof);
    }
  }
  return wake;
}

// Waits until the taker is done, or is the taker.
void AioContext::await_taker(const sys::SignalsBlocked& proof) noexcept {
  if ((taking_.fetch_or(kTaken | kAwaited) & kTaken) != 0) {
    sys::futex_wait(taking_, kTaken | kAwaited, sys::kForever);
  } else {
    take_one(false, proof);
  }
}

// A sandbox lets us submit and not wait: what is outstanding is looked for.
Wake AioContext::do_without_waiting() noexcept {
  failures_.fetch_add(1, std::memory_order_relaxed);
  sys::futex_wait(failures_, failures_.load(), sys::monotonic_now() + kLookInterval);
  return outstanding_.load() == 0 ? Wake::kTimeout : Wake::kEvent;
}

bool AioContext::leave() noexcept {
  if (live_.fetch_sub(1) > 1 || outstanding_.load() == 0) {
    return true;
  }
  live_.fetch_add(1);
  return false;
}

sys::Nanoseconds AioContext::patience() const noexcept {
  return std::clamp(config_->idle_time(), kShortestPatience, kLongestPatience);
}

}  // namespace aiox::io
