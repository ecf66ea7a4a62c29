// SPDX-License-Identifier: MIT
//
// O_DIRECT reads and writes, which the kernel's own AIO serves: submitted by the caller, kRunning
// from just before. What it does not take is queued for a worker.
#include <cerrno>

#include "engine/engine.h"

namespace aiox {

using sys::MutexLock;
using sys::SignalsBlocked;

namespace {

// A context costs the process some 30 ms at its exit. It pays from so many requests on.
constexpr unsigned kPaysFrom = 256;

}  // namespace

// The context that the caller's request will be in; none where it is not for the kernel.
std::uint32_t Engine::kernel_context_for(Opcode opcode, const FileTraits& traits,
                                         const SignalsBlocked& proof) noexcept {
  const sys::Use use = config_.use(sys::Option::kKernelAio);
  const bool is_ordered = traits.append && opcode == Opcode::kWrite;
  if (!traits.direct || traits.kind != FileKind::kFile || is_ordered || is_sync(opcode) ||
      use == sys::Use::kOff) {
    return io::KernelAio::kNoContext;
  }
  if (use != sys::Use::kAlways && direct_requests_.load(std::memory_order_relaxed) < kPaysFrom) {
    direct_requests_.fetch_add(1, std::memory_order_relaxed);
    return io::KernelAio::kNoContext;
  }
  return kernel_.context_of_this_thread(proof);
}

// Starts what has not been cancelled since, and hands it to the kernel. What that has taken may be
// over at any moment.
void Engine::submit_to_kernel(std::span<io::Order> orders, Aftermath& aftermath,
                              const SignalsBlocked& proof) noexcept {
  std::size_t started = 0;
  for (const io::Order& order : orders) {
    const Ticket ticket = Ticket::from_bits(order.cookie);
    if (table_.find(ticket)->transition(ticket.generation, State::kWaiting, State::kRunning)) {
      orders[started++] = order;
    }
  }
  std::span<const io::Order> rest = orders.first(started);
  while (!rest.empty()) {
    const io::Submission made = kernel_.submit(rest, proof);
    rest = rest.subspan(made.taken);
    // One that is refused says nothing of those behind it.
    const std::size_t left = made.why == io::Submitted::kRefused ? 1 : rest.size();
    for (const io::Order& order : rest.first(left)) {
      queue_instead(order, aftermath, proof);
    }
    rest = rest.subspan(left);
  }
}

void Engine::queue_instead(const io::Order& order, Aftermath& aftermath,
                           const SignalsBlocked& proof) noexcept {
  const Ticket ticket = Ticket::from_bits(order.cookie);
  Request& request = *table_.find(ticket);
  Descriptor& descriptor = *descriptors_.find(request.operation.fildes);
  request.lane = RunQueue::rank_of_caller(order.reqprio);
  MutexLock lock(descriptor.mutex, proof);
  if (request.abandoned) {  // its number may be another file's by now
    end(request, descriptor, State::kRunning, Result::failure(EBADF), aftermath, proof);
    return;
  }
  request.transition(ticket.generation, State::kRunning, State::kWaiting);
  hand_to_worker(request, aftermath, proof);
}

void Engine::completed(std::uint64_t cookie, Result result, const SignalsBlocked& proof) noexcept {
  const Ticket ticket = Ticket::from_bits(cookie);
  Request* const request = table_.find(ticket);
  // Each is told of once. Should the kernel do otherwise, the slot is another's by now.
  if (request != nullptr && request->word.load(std::memory_order_acquire) ==
                                Request::pack(ticket.generation, State::kRunning)) {
    finish(*request, result, proof);
  }
}

// The event is not taken yet, so the request is there. A write may set off a sync.
bool Engine::is_plain(std::uint64_t cookie) const noexcept {
  const Request* const request = table_.find(Ticket::from_bits(cookie));
  return request != nullptr && request->operation.opcode == Opcode::kRead &&
         request->notice == nullptr && request->list == nullptr;
}

// Looks for the end of a request that the kernel may serve. Async-signal-safe.
bool Engine::poll_kernel(const Request& request) const noexcept {
  return kernel_.poll(request.context.load(std::memory_order_relaxed));
}

}  // namespace aiox
