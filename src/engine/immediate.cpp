// SPDX-License-Identifier: MIT
//
// What can be had at once is had in the caller: one attempt, before anything else is done.
//
// A request that is over with it never was in the table, in a line or in a queue. Nothing is locked
// and, unless it tells of itself or somebody has to tell what was kept, no signal blocked: a
// handler finds the aiocb as it was before or as it is afterwards.
//
// The attempt rests on a hint about the descriptor, that may be out of date: after a slow attempt,
// and with each 256th request on it, it is looked at anew. A wrong hint costs a system call that
// fails, or one that waits for the device; it is never a reason to refuse anything, and no order
// depends on it: a write that is not alone on its descriptor goes the long way, where the
// descriptor is looked at anew.
#include <signal.h>

#include "engine/engine.h"
#include "sys/aiocb.h"
#include "sys/ticks.h"

namespace aiox {

using sys::AiocbPrivate;
using sys::SignalsBlocked;

namespace {

// The largest request that is tried in a caller that has no other one.
constexpr std::size_t kLargestAlone = std::size_t{1} << 20;

// Whether an attempt has taken longer than to copy what it was for: it has waited for a device.
bool is_slow(std::uint64_t ticks, std::size_t nbytes) noexcept {
  constexpr std::uint64_t kTicks = 100'000;  // 20 to 100 us
  constexpr std::uint64_t kTicksForAByte = 1;
  return ticks > kTicks + kTicksForAByte * nbytes;
}

bool is_silent(const sigevent& event) noexcept {
  return event.sigev_notify == SIGEV_NONE ||
         (event.sigev_notify == SIGEV_SIGNAL && event.sigev_signo == 0);
}

}  // namespace

Engine::Tried Engine::try_in_caller(aiocb& control_block, Opcode opcode,
                                    std::size_t room) noexcept {
  constexpr Tried kNot{.is_done = false, .moved = 0};
  const int fildes = control_block.aio_fildes;
  if (is_sync(opcode) || !immediate_ || fildes < 0) {
    return kNot;
  }
  const Shortcut shortcut = shortcut_of(fildes);
  const bool is_hopeful = opcode == Opcode::kRead
                              ? shortcut != Shortcut::kNone
                              : shortcut == Shortcut::kMemory && !descriptors_.has_writes(fildes);
  AiocbPrivate fields(control_block);
  if (!is_hopeful || !has_valid_values(control_block) || control_block.aio_offset < 0 ||
      !is_small_enough(control_block.aio_nbytes, room) || fields.status() == EINPROGRESS ||
      table_.find(control_block) != nullptr) {
    return kNot;
  }
  Notice* notice = nullptr;
  if (!is_silent(control_block.aio_sigevent) &&
      notifier_.prepare(control_block.aio_sigevent, notice) != 0) {
    return kNot;
  }
  const io::Attempt attempt = attempt_in_caller(control_block, opcode, shortcut);
  if (attempt.outcome == io::Attempt::Outcome::kDone) {
    table_.counters.of(opcode).immediate.fetch_add(1, std::memory_order_relaxed);
    fields.publish(0, attempt.result.value);
    if (notice != nullptr || owes()) {
      const SignalsBlocked proof;
      if (notice != nullptr) {
        notifier_.deliver(*notice, proof);
      }
      look_after_the_queue(proof);
    }
    return {.is_done = true, .moved = 0};
  }
  if (notice != nullptr) {
    notifier_.discard(*notice);
  }
  if (attempt.outcome == io::Attempt::Outcome::kCannot) {
    const bool never = attempt.result.error == EOPNOTSUPP || attempt.result.error == ENOSYS ||
                       attempt.result.error == EPERM || attempt.result.error == EINVAL;
    descriptors_.note_shortcut(fildes, never ? Shortcut::kNone : Shortcut::kUnknown);
    return kNot;
  }
  return {.is_done = false, .moved = static_cast<std::size_t>(attempt.result.value)};
}

io::Attempt Engine::attempt_in_caller(const aiocb& control_block, Opcode opcode,
                                      Shortcut shortcut) noexcept {
  const std::uint64_t begin = sys::ticks();
  const io::Attempt attempt =
      backend_.attempt_file({.fildes = control_block.aio_fildes,
                             .opcode = opcode,
                             .kind = FileKind::kFile,
                             .buffer = const_cast<void*>(control_block.aio_buf),
                             .nbytes = control_block.aio_nbytes,
                             .offset = control_block.aio_offset},
                            shortcut);
  if (is_slow(sys::ticks() - begin, control_block.aio_nbytes)) {
    descriptors_.note_shortcut(control_block.aio_fildes, Shortcut::kUnknown);
  }
  return attempt;
}

bool Engine::is_small_enough(std::size_t nbytes, std::size_t room) const noexcept {
  return nbytes <= room &&
         (nbytes <= immediate_max_ || (nbytes <= kLargestAlone && table_.outstanding() == 0));
}

Shortcut Engine::shortcut_of(int fildes) noexcept {
  const Shortcut known = descriptors_.shortcut(fildes);
  return known != Shortcut::kUnknown && descriptors_.count_shortcut(fildes) != 0
             ? known
             : learn_shortcut(fildes);
}

// A hint makes a number one in use, so that its close() is seen, which drops the hint.
[[gnu::noinline]] Shortcut Engine::learn_shortcut(int fildes) noexcept {
  const Shortcut seen = look_for_shortcut(fildes);
  Descriptor* const descriptor =
      seen != Shortcut::kNone ? descriptors_.open(fildes) : descriptors_.find(fildes);
  if (descriptor == nullptr) {
    return Shortcut::kNone;
  }
  const SignalsBlocked proof;
  sys::MutexLock lock(descriptor->mutex, proof);
  if (descriptor->closing > 0) {
    return Shortcut::kNone;
  }
  descriptors_.use(*descriptor, proof);
  descriptors_.note_shortcut(fildes, seen);
  return seen;
}

}  // namespace aiox
