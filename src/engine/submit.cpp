// SPDX-License-Identifier: MIT
//
// From the call to the descriptor.
#include <cerrno>
#include <utility>

#include "engine/arguments.h"
#include "engine/engine.h"
#include "sys/aiocb.h"
#include "sys/clock.h"

namespace aiox {

using sys::AiocbPrivate;
using sys::MutexLock;
using sys::SignalsBlocked;

int Engine::submit(aiocb& control_block, Opcode opcode) noexcept {
  const Tried tried = try_in_caller(control_block, opcode, SIZE_MAX);
  if (tried.is_done) {
    return 0;
  }
  const SignalsBlocked proof;
  const int error = submit(control_block, opcode, nullptr, tried.moved, proof);
  return error == EBUSY ? EINVAL : error;
}

int Engine::submit(aiocb& control_block, Opcode opcode, ListCall* call, std::size_t moved,
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
  const int error = admit(control_block, opcode, call, moved, seen, proof);
  if (error != 0 && error != EBUSY) {
    AiocbPrivate(control_block).refuse(seen, error);
  }
  return error;
}

int Engine::admit(aiocb& control_block, Opcode opcode, ListCall* call, std::size_t moved,
                  std::uint64_t seen, const SignalsBlocked& proof) noexcept {
  FileTraits traits{};
  const std::uint32_t closes = closes_of(control_block.aio_fildes);
  if (call == nullptr || !call->knows(control_block, opcode, closes, traits)) {
    if (const int error = check_arguments(control_block, opcode, traits); error != 0) {
      return error;
    }
    if (call != nullptr) {
      call->learn(control_block, opcode, closes, traits);
    }
  }
  Notice* notice = nullptr;
  if (const int error = notifier_.prepare(control_block.aio_sigevent, notice); error != 0) {
    return error;
  }
  const auto limit = static_cast<std::size_t>(config_.get(sys::Option::kMaxRequests));
  Request* request = table_.admit(limit);
  if (request == nullptr) {
    kernel_.poll_all(proof);  // what is over may have told nobody yet
    request = table_.admit(limit);
  }
  int error = request != nullptr ? 0 : EAGAIN;
  if (error == 0) {
    request->list = call != nullptr ? &call->list() : nullptr;
    request->notice = notice;
    request->context =
        moved == 0 ? kernel_context_for(opcode, traits, proof) : io::KernelAio::kNoContext;
    fill(*request, control_block, opcode, call, traits);
    request->closes = closes;
    request->moved = moved;
    error = enter(control_block, *request, call, traits.file, seen, proof);
  }
  if (error != 0 && notice != nullptr) {
    notifier_.discard(*notice);
  }
  return error;
}

std::uint32_t Engine::closes_of(int fildes) noexcept {
  const Descriptor* const descriptor = fildes >= 0 ? descriptors_.find(fildes) : nullptr;
  return descriptor != nullptr ? descriptor->closes.load(std::memory_order_acquire) : 0;
}

void Engine::fill(Request& request, const aiocb& control_block, Opcode opcode, ListCall* call,
                  const FileTraits& traits) noexcept {
  const bool sync = is_sync(opcode);
  // release: pairs with the acquire in cancel().
  request.fildes.store(control_block.aio_fildes, std::memory_order_release);
  request.control_block.store(&control_block, std::memory_order_relaxed);
  request.operation = {.fildes = control_block.aio_fildes,
                       .opcode = opcode,
                       .kind = traits.kind,
                       .buffer = sync ? nullptr : const_cast<void*>(control_block.aio_buf),
                       .nbytes = sync ? 0 : control_block.aio_nbytes,
                       .offset = sync ? 0 : control_block.aio_offset};
  request.ordered = !sync && (may_wait(traits.kind) || (traits.append && opcode == Opcode::kWrite));
  request.is_sync.store(sync, std::memory_order_relaxed);
  request.abandoned = false;
  if (request.context == io::KernelAio::kNoContext) {
    const int reqprio = sync ? 0 : control_block.aio_reqprio;
    request.lane = call != nullptr ? call->rank(reqprio) : RunQueue::rank_of_caller(reqprio);
  }
  request.submitted_at.store(sys::monotonic_now(), std::memory_order_relaxed);
  request.coverage = sync ? begin_coverage(request) : nullptr;
}

int Engine::enter(aiocb& control_block, Request& request, ListCall* call, const FileIdentity& file,
                  std::uint64_t seen, const SignalsBlocked& proof) noexcept {
  const Ticket ticket = request.ticket();
  const bool sync = is_sync(request.operation.opcode);
  const bool is_kernels = request.context != io::KernelAio::kNoContext;
  const int reqprio = control_block.aio_reqprio;
  Coverage* const coverage = request.coverage;
  Descriptor* const descriptor = descriptors_.open(request.operation.fildes);
  if (descriptor == nullptr || (sync && coverage == nullptr)) {
    table_.discharge();
    drop(request);
    return EAGAIN;
  }
  if (sync) {
    coverage->holders.fetch_add(1, std::memory_order_relaxed);  // it may outlive the sync
  }
  Aftermath aftermath;
  const int refusal = enter_line(control_block, request, file, *descriptor, seen, aftermath, proof);
  int error = 0;
  if (refusal != 0) {
    table_.discharge();
    drop(request);
  } else if (sync) {
    error = cover(*coverage, file, aftermath, proof);
  }
  if (sync) {
    release(*coverage);
  }
  if (refusal != 0) {
    return refusal;
  }
  if (is_kernels) {
    io::Order order{.operation = &request.operation, .cookie = ticket.bits(), .reqprio = reqprio};
    if (call != nullptr) {
      call->add_direct(order);
    } else {
      submit_to_kernel({&order, 1}, aftermath, proof);
    }
  }
  if (call != nullptr && std::exchange(aftermath.queued, false)) {
    call->add_queued();
  }
  // The pool or the readiness thread has to look at what this call has left to them. If there is no
  // thread and none can be created, the request is taken back.
  const bool served = error == 0 && (!aftermath.queued || pool_.kick(proof)) &&
                      (aftermath.watched == nullptr || readiness_.kick(proof));
  if (!served && withdraw(control_block, request, *descriptor, ticket.generation, proof)) {
    return EAGAIN;
  }
  if (served) {
    aftermath.queued = false;
    aftermath.watched = nullptr;
  }
  settle(aftermath, proof);
  return 0;
}

// From here on the request can be served and cancelled by others: it and its aiocb are only touched
// under its descriptor's lock. EBUSY: another thread submits the same aiocb right now; EBADF: one
// closes the descriptor; EAGAIN: one exits.
int Engine::enter_line(aiocb& control_block, Request& request, const FileIdentity& file,
                       Descriptor& descriptor, std::uint64_t seen, Aftermath& aftermath,
                       const SignalsBlocked& proof) noexcept {
  MutexLock lock(descriptor.mutex, proof);
  if (descriptor.closing > 0 || descriptor.closes != request.closes) {
    return EBADF;
  }
  if (request.operation.opcode != Opcode::kRead && draining_.load(std::memory_order_relaxed)) {
    return EAGAIN;
  }
  const Ticket ticket = request.ticket();
  request.transition(ticket.generation, State::kFree, State::kWaiting);
  if (!AiocbPrivate(control_block).claim(seen, ticket.bits())) {
    return EBUSY;
  }
  const Opcode opcode = request.operation.opcode;
  table_.counters.of(opcode).submitted.fetch_add(1, std::memory_order_relaxed);
  if (opcode == Opcode::kWrite) {
    descriptor.written = file;
    if (!descriptor.has_writes()) {
      descriptors_.note_writes(request.operation.fildes, true);
    }
  }
  descriptors_.use(descriptor, proof);
  if (descriptor.enter(request)) {
    give_turn(request, descriptor, aftermath, proof);
  } else if (request.ordered) {
    descriptor.for_each_unordered_right_before(
        request, [&](Request& write) { rely_on(write, io::Reliance::kReaper); });
  }
  return 0;
}

// Takes back a request that has not started, unless somebody has already cancelled it. What has
// moved some bytes ends with their count, like all that nobody can go on with.
bool Engine::withdraw(aiocb& control_block, Request& request, Descriptor& descriptor,
                      std::uint32_t generation, const SignalsBlocked& proof) noexcept {
  Aftermath aftermath;
  {
    MutexLock lock(descriptor.mutex, proof);
    if (request.names(control_block, generation) && request.moved != 0 &&
        request.operation.opcode == Opcode::kWrite) {
      return false;
    }
    const bool queued = request.transition(generation, State::kQueued, State::kDone);
    if (!queued && !request.transition(generation, State::kWaiting, State::kDone)) {
      return false;
    }
    if (queued) {
      queue_.remove(request, proof);
    }
    leave(request, descriptor, ECANCELED, aftermath);
    // Another request may have come to rely on what we could not get.
    advance(descriptor, request.operation.opcode, io::kNone, aftermath, proof);
    stop_watching_in_vain(descriptor, request.operation.fildes);
    aftermath.watched = descriptor.watched != io::kNone ? &descriptor : nullptr;
    table_.counters.of(request.operation.opcode).submitted.fetch_sub(1, std::memory_order_relaxed);
    table_.discharge();
    AiocbPrivate(control_block).publish(EAGAIN, -1);
  }
  wait_words_.wake(request.waiters);
  drop(request);
  settle(aftermath, proof);
  return true;
}

}  // namespace aiox
