// SPDX-License-Identifier: MIT
#include "engine/engine.h"

#include <cerrno>

#include "engine/arguments.h"
#include "sys/aiocb.h"
#include "sys/clock.h"

namespace aiox {

using sys::AiocbPrivate;
using sys::MutexLock;
using sys::SignalsBlocked;

Engine::Engine(io::Backend& backend, notify::Notifier& notifier, const sys::Config& config) noexcept
    : backend_(backend),
      notifier_(notifier),
      config_(config),
      queue_(table_, config),
      pool_(queue_, *this, config) {}

int Engine::submit(aiocb& control_block, Opcode opcode) noexcept {
  const SignalsBlocked proof;
  const int error = submit(control_block, opcode, nullptr, proof);
  return error == EBUSY ? EINVAL : error;
}

int Engine::submit(aiocb& control_block, Opcode opcode, IoList* list,
                   const SignalsBlocked& proof) noexcept {
  tidy(proof);
  // Read first: of two threads that submit one aiocb at the same time, one finds it changed. The
  // slot is asked, too, as the other's ticket may be there already and its status not yet.
  const std::uint64_t seen = AiocbPrivate(control_block).ticket();
  const Request* const earlier = table_.find(control_block);
  if (in_progress(control_block) ||
      (earlier != nullptr && earlier->is_outstanding(Ticket::from_bits(seen).generation))) {
    return EBUSY;
  }
  const int error = admit(control_block, opcode, list, seen, proof);
  if (error != 0 && error != EBUSY) {
    AiocbPrivate(control_block).refuse(seen, error);
  }
  return error;
}

int Engine::admit(aiocb& control_block, Opcode opcode, IoList* list, std::uint64_t seen,
                  const SignalsBlocked& proof) noexcept {
  if (const int error = check_arguments(control_block, opcode); error != 0) {
    return error;
  }
  Notice* notice = nullptr;
  if (const int error = notifier_.prepare(control_block.aio_sigevent, notice); error != 0) {
    return error;
  }
  Request* const request =
      table_.admit(static_cast<std::size_t>(config_.get(sys::Option::kMaxRequests)));
  if (request == nullptr) {
    if (notice != nullptr) {
      notifier_.discard(*notice);
    }
    return EAGAIN;
  }
  const bool sync = is_sync(opcode);
  request->fildes.store(control_block.aio_fildes, std::memory_order_release);
  request->control_block.store(&control_block, std::memory_order_relaxed);
  request->operation = {.fildes = control_block.aio_fildes,
                        .opcode = opcode,
                        .buffer = sync ? nullptr : const_cast<void*>(control_block.aio_buf),
                        .nbytes = sync ? 0 : control_block.aio_nbytes,
                        .offset = sync ? 0 : control_block.aio_offset};
  request->list = list;
  request->notice = notice;
  request->lane = RunQueue::rank_of_caller(sync ? 0 : control_block.aio_reqprio);
  request->submitted_at.store(sys::monotonic_now(), std::memory_order_relaxed);

  const int error = enter(control_block, *request, seen, proof);
  if (error != 0 && notice != nullptr) {
    notifier_.discard(*notice);
  }
  return error;
}

// From here on the request can be served and cancelled by others: it and its aiocb are only touched
// under its descriptor's lock.
int Engine::enter(aiocb& control_block, Request& request, std::uint64_t seen,
                  const SignalsBlocked& proof) noexcept {
  OperationCounters& counters = table_.counters.of(request.operation.opcode);
  Descriptor* const descriptor = descriptors_.open(request.operation.fildes);
  const Ticket ticket = request.ticket();
  int error = descriptor != nullptr ? 0 : EAGAIN;
  bool queued = false;
  if (error == 0) {
    MutexLock lock(descriptor->mutex, proof);
    request.transition(ticket.generation, State::kFree, State::kWaiting);
    if (AiocbPrivate(control_block).claim(seen, ticket.bits())) {
      counters.submitted.fetch_add(1, std::memory_order_relaxed);
      queued = descriptor->enter(request) && queue_.push(request, proof);
    } else {
      error = EBUSY;  // another thread submits the same aiocb right now
    }
  }
  if (error != 0) {
    table_.discharge();
    table_.release(request);
    return error;
  }
  if (queued && !pool_.kick(proof)) {
    if (withdraw(control_block, request, *descriptor, ticket.generation, proof)) {
      return EAGAIN;
    }
    follow_up(proof);
  }
  return 0;
}

// There is no thread and none can be created: takes back what was queued, unless somebody has
// already cancelled it.
bool Engine::withdraw(aiocb& control_block, Request& request, Descriptor& descriptor,
                      std::uint32_t generation, const SignalsBlocked& proof) noexcept {
  bool released = false;
  {
    MutexLock lock(descriptor.mutex, proof);
    if (!request.transition(generation, State::kQueued, State::kDone)) {
      return false;
    }
    queue_.remove(request, proof);
    descriptor.leave(request, State::kQueued, ECANCELED,
                     [&](Request& ready) { released |= queue_.push(ready, proof); });
    table_.counters.of(request.operation.opcode).submitted.fetch_sub(1, std::memory_order_relaxed);
    table_.discharge();
    AiocbPrivate(control_block).publish(EAGAIN, -1);
  }
  wait_words_.wake(request.waiters);
  table_.release(request);
  if (released) {
    follow_up(proof);
  }
  return true;
}

void Engine::serve(Request& request, const SignalsBlocked& proof) noexcept {
  request.started_at = sys::monotonic_now();
  finish(request, backend_.perform(request.operation), proof);
}

void Engine::finish(Request& request, Result result, const SignalsBlocked& proof) noexcept {
  Descriptor& descriptor = *descriptors_.find(request.operation.fildes);
  bool released = false;
  {
    MutexLock lock(descriptor.mutex, proof);
    const bool concluded = conclude(request, request.generation(), descriptor, State::kRunning,
                                    result, released, proof);
    AIOX_ASSERT(concluded);
    static_cast<void>(concluded);
  }
  tell(request, proof);
  if (released) {
    follow_up(proof);
  }
}

// The end of a request as far as others can see it. False when somebody else was faster.
bool Engine::conclude(Request& request, std::uint32_t generation, Descriptor& descriptor,
                      State from, Result result, bool& released,
                      const SignalsBlocked& proof) noexcept {
  if (!request.transition(generation, from, State::kDone)) {
    return false;
  }
  if (from == State::kQueued) {
    queue_.remove(request, proof);
  }
  descriptor.leave(request, from, result.error,
                   [&](Request& ready) { released |= queue_.push(ready, proof); });
  if (is_sync(request.operation.opcode) && result.error == 0 && request.covered_error != 0) {
    result = Result::failure(request.covered_error);
  }
  if (request.list != nullptr && result.error != 0) {
    request.list->failed.store(true, std::memory_order_relaxed);
  }
  request.completed_at = sys::monotonic_now();
  table_.counters.of(request.operation.opcode).count_end(result.error);
  table_.discharge();
  aiocb& control_block = const_cast<aiocb&>(*request.control_block.load(std::memory_order_relaxed));
  AiocbPrivate(control_block).publish(result.error, result.value);
  return true;
}

// After conclude(), with no lock held. The aiocb is the program's again; the slot still is ours.
void Engine::tell(Request& request, const SignalsBlocked& proof) noexcept {
  wait_words_.wake(request.waiters);
  IoList* const list = request.list;
  Notice* const notice = request.notice;
  table_.release(request);
  if (notice != nullptr) {
    notifier_.deliver(*notice, proof);
  }
  if (list != nullptr) {
    let_go(*list, proof);
  }
}

// After something was queued or kept on behalf of others, whose calls have long returned.
void Engine::follow_up(const SignalsBlocked& proof) noexcept {
  tidy(proof);
  if ((queue_.size() <= 0 && !notifier_.owes()) || pool_.kick(proof)) {
    return;
  }
  while (Request* const request = queue_.take(proof)) {
    finish(*request, Result::failure(EAGAIN), proof);
  }
}

void Engine::reconfigure() noexcept {
  const SignalsBlocked proof;
  pool_.reconfigure(proof);
}

bool Engine::in_progress(const aiocb& control_block) const noexcept {
  int final_status = 0;
  return status(control_block, final_status) == 0 && final_status == EINPROGRESS;
}

int Engine::status(const aiocb& control_block, int& status) const noexcept {
  const AiocbPrivate fields(control_block);
  for (;;) {
    const std::uint64_t ticket = fields.ticket();
    status = fields.status();
    if (status != EINPROGRESS || table_.find(control_block) != nullptr) {
      return 0;
    }
    // The slot is gone: either the final status was published in between, or it never was ours.
    status = fields.status();
    if (status != EINPROGRESS) {
      return 0;
    }
    if (fields.ticket() == ticket) {
      return EINVAL;
    }
  }
}

bool Engine::watch(const aiocb& control_block, std::size_t number) noexcept {
  Request* const request = table_.find(control_block);
  if (request == nullptr) {
    return false;
  }
  WaitWords::watch(request->waiters, number);
  // Looked at again: before the bit was set it may have completed, and be in progress anew with
  // another slot, which does not have the bit.
  return in_progress(control_block) && table_.find(control_block) == request;
}

}  // namespace aiox
