// SPDX-License-Identifier: MIT
#include "io/kernel_aio.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace aiox::io {
namespace {

constexpr std::uint32_t kRefusals = 3;  // in a row: the calls are forbidden here

// Pauses after a lack of resources, each twice as long as the one before.
constexpr sys::Nanoseconds kShortestPause = 100 * sys::kNanosecondsPerMillisecond;
constexpr sys::Nanoseconds kLongestPause = 10 * sys::kNanosecondsPerSecond;

// Which context the calling thread has, in which object.
struct Own {
  std::uint64_t id;
  std::uint32_t context;
  pid_t thread;
};
constinit thread_local Own own_context{};

bool is_refusal(int error) noexcept { return error == ENOSYS || error == EPERM; }

std::uint64_t next_id() noexcept {
  static constinit std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

KernelAio::KernelAio(CompletionListener& listener, const sys::Config& config) noexcept
    : listener_(listener), config_(config), id_(next_id()) {
  static_cast<void>(contexts_.wipe_on_fork());
}

KernelAio::~KernelAio() {
  for (std::uint32_t i = 0; i < end(); ++i) {
    if (AioContext* const context = find_open(i); context != nullptr) {
      context->close();
    }
  }
}

std::uint32_t KernelAio::context_of_this_thread(const sys::SignalsBlocked& proof) noexcept {
  return own(proof) != nullptr ? own_context.context : kNoContext;
}

Reservation KernelAio::reserve(std::size_t wanted, const sys::SignalsBlocked& proof) noexcept {
  AioContext* const context = own(proof);
  if (context == nullptr) {
    return {.context = nullptr, .count = 0, .error = EAGAIN};
  }
  const Reservation room = context->reserve(wanted, proof);
  if (room.context == nullptr) {
    note(room.error);
  }
  return room;
}

void KernelAio::give_back(const Reservation& room) noexcept {
  if (room.count != 0) {
    room.context->give_back_room(room.count);
  }
}

Submission KernelAio::submit(Reservation& room, std::span<const Order> orders) noexcept {
  if (room.context == nullptr) {
    return {.taken = 0, .why = Submitted::kUnavailable, .context = kNoContext, .error = room.error};
  }
  const Submission submission = room.context->submit(orders);
  room.count -= static_cast<std::uint32_t>(submission.taken);
  note(submission.error);
  return submission;
}

bool KernelAio::has_room(std::size_t count, const sys::SignalsBlocked& proof) noexcept {
  const AioContext* const context = own(proof);
  return context == nullptr || context->has_room(count);
}

Room KernelAio::await_room(sys::Nanoseconds time, const sys::SignalsBlocked& proof) noexcept {
  AioContext* const context = own(proof);
  return context != nullptr ? context->await_room(time) : Room::kFree;
}

bool KernelAio::poll(std::uint32_t context) noexcept {
  AioContext* const present = find_open(context);
  if (present == nullptr || !present->has_events()) {
    return false;
  }
  const sys::SignalsBlocked proof(sys::SignalsBlocked::Threads::kAreForbidden);
  return present->poll_plain(proof);
}

bool KernelAio::poll_each() noexcept {
  bool any = false;
  for (std::uint32_t i = 0; i < end(); ++i) {
    any |= poll(i);
  }
  return any;
}

void KernelAio::rely(std::uint32_t context, Reliance how) noexcept {
  if (AioContext* const present = find_open(context); present != nullptr) {
    present->rely(how);
  }
}

void KernelAio::rely_no_more(std::uint32_t context, Reliance how) noexcept {
  if (AioContext* const present = find_open(context); present != nullptr) {
    present->rely_no_more(how);
  }
}

bool KernelAio::lease(std::uint32_t context, sys::Nanoseconds until) noexcept {
  AioContext* const present = find_open(context);
  return present != nullptr && present->lease(until);
}

void KernelAio::end_lease(std::uint32_t context, sys::Nanoseconds until) noexcept {
  contexts_[context].end_lease(until);
}

bool KernelAio::is_held_up() const noexcept {
  for (std::uint32_t i = 0; i < end(); ++i) {
    if (contexts_[i].is_held_up()) {
      return true;
    }
  }
  return false;
}

void KernelAio::poll_all(const sys::SignalsBlocked& proof) noexcept {
  for (std::uint32_t i = 0; i < end(); ++i) {
    if (AioContext* const context = find_open(i); context != nullptr) {
      context->poll(proof);
    }
  }
}

// The context at that number, which may be any one.
AioContext* KernelAio::find_open(std::uint32_t context) noexcept {
  return context < end() && contexts_[context].is_open() ? &contexts_[context] : nullptr;
}

AioContext* KernelAio::own(const sys::SignalsBlocked& /*proof*/) noexcept {
  if (refusals_.load(std::memory_order_relaxed) >= kRefusals) {
    return nullptr;
  }
  if (own_context.id == id_ && contexts_[own_context.context].is_owned_by(own_context.thread)) {
    return &contexts_[own_context.context];
  }
  return contexts_ && sys::monotonic_now() >= paused_to_.load(std::memory_order_relaxed) ? find()
                                                                                         : nullptr;
}

// One whose owner is gone, or else a new one.
AioContext* KernelAio::find() noexcept {
  const auto thread = static_cast<pid_t>(::syscall(SYS_gettid));
  for (std::uint32_t i = 0; i < kMaxContexts; ++i) {
    AioContext& context = contexts_[i];
    if (!context.claim(thread)) {
      continue;
    }
    if (!context.is_open()) {
      if (const int error = context.open(listener_, config_, i); error != 0) {
        context.disown();
        is_refusal(error) ? note(error) : back_off();
        return nullptr;
      }
      raise_end(i + 1);
    }
    pause_.store(0, std::memory_order_relaxed);
    own_context = {.id = id_, .context = i, .thread = thread};
    return &context;
  }
  back_off();
  return nullptr;
}

void KernelAio::raise_end(std::uint32_t end) noexcept {
  std::uint32_t seen = end_.load(std::memory_order_relaxed);
  while (seen < end && !end_.compare_exchange_weak(seen, end, std::memory_order_relaxed)) {
  }
}

// Counts the refusals that stand in a row. Faults of an operation say nothing.
void KernelAio::note(int error) noexcept {
  if (is_refusal(error)) {
    refusals_.fetch_add(1, std::memory_order_relaxed);
  } else if (error == 0 && refusals_.load(std::memory_order_relaxed) != 0) {
    refusals_.store(0, std::memory_order_relaxed);
  }
}

void KernelAio::back_off() noexcept {
  const sys::Nanoseconds pause =
      std::clamp(2 * pause_.load(std::memory_order_relaxed), kShortestPause, kLongestPause);
  pause_.store(pause, std::memory_order_relaxed);
  paused_to_.store(sys::monotonic_now() + pause, std::memory_order_relaxed);
}

}  // namespace aiox::io
