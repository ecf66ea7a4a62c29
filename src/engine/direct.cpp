// SPDX-License-Identifier: MIT
//
// O_DIRECT reads and writes, which the kernel's own AIO serves: submitted by the caller, kRunning
// from just before. What it does not take is queued for a worker.
//
// Between the start and the system call nothing waits for a lock of libc's: a closer gives what
// runs some time to begin, and then takes the number away from it.
#include <cerrno>

#include "engine/engine.h"
#include "sys/aiocb.h"

namespace aiox {

using sys::MutexLock;
using sys::SignalsBlocked;

namespace {

// A context costs the process some 30 ms at its exit. It pays from so many requests on.
constexpr unsigned kPaysFrom = 256;

// In the kernel, or with its submitter, who is about to hand it in.
bool is_for_kernel(const Request& request) noexcept {
  const State state = request.state();
  return request.context.load(std::memory_order_relaxed) != io::KernelAio::kNoContext &&
         (state == State::kWaiting || state == State::kRunning);
}

std::uint64_t bit_of(io::Reliance how) noexcept {
  return std::uint64_t{1} << static_cast<unsigned>(how);
}

// What is relied on in this life of the slot, a bit for each way.
std::uint64_t reliance_on(const Request& request) noexcept {
  const std::uint64_t seen = request.reliance.load(std::memory_order_relaxed);
  return seen >> 32 == request.generation() ? seen & UINT32_MAX : 0;
}

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
  while (!orders.empty()) {
    io::Reservation room = kernel_.reserve(orders.size(), proof);
    const std::size_t count = room.count != 0 ? room.count : orders.size();
    std::span<const io::Order> rest = start(orders.first(count));
    while (!rest.empty()) {
      const io::Submission made = kernel_.submit(room, rest);
      rest = rest.subspan(made.taken);
      // One that is refused says nothing of those behind it.
      const std::size_t left = made.why == io::Submitted::kRefused ? 1 : rest.size();
      for (const io::Order& order : rest.first(left)) {
        queue_instead(order, aftermath, proof);
      }
      rest = rest.subspan(left);
    }
    kernel_.give_back(room);
    orders = orders.subspan(count);
  }
}

// Those that could be started, in the same place.
std::span<const io::Order> Engine::start(std::span<io::Order> orders) noexcept {
  std::size_t started = 0;
  for (const io::Order& order : orders) {
    const Ticket ticket = Ticket::from_bits(order.cookie);
    if (table_.find(ticket)->transition(ticket.generation, State::kWaiting, State::kRunning)) {
      orders[started++] = order;
    }
  }
  return orders.first(started);
}

void Engine::queue_instead(const io::Order& order, Aftermath& aftermath,
                           const SignalsBlocked& proof) noexcept {
  const Ticket ticket = Ticket::from_bits(order.cookie);
  Request& request = *table_.find(ticket);
  Descriptor& descriptor = *descriptors_.find(request.operation.fildes);
  request.lane = RunQueue::rank_of_caller(order.reqprio);
  MutexLock lock(descriptor.mutex, proof);
  rely_no_more(request);
  request.context.store(io::KernelAio::kNoContext, std::memory_order_relaxed);
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

// The event is not taken yet, so the request is there. (Should a sync, or an O_APPEND write, come
// to wait for a write whose event is being taken, and there be no worker, who has taken the event
// carries that out.)
bool Engine::is_plain(std::uint64_t cookie) const noexcept {
  const Request* const request = table_.find(Ticket::from_bits(cookie));
  return request != nullptr &&
         ((reliance_on(*request) & bit_of(io::Reliance::kReaper)) == 0 || is_held_up());
}

// Not of one that is still to be started: it may be cancelled, of which no event tells.
std::uint32_t Engine::kernel_context(const aiocb& control_block) const noexcept {
  const Request* const request = table_.find(control_block);
  return request != nullptr && request->state() == State::kRunning
             ? request->context.load(std::memory_order_relaxed)
             : io::KernelAio::kNoContext;
}

// Somebody waits for the end of a request that is for the kernel, and does not look at the ring.
// Under the lock of the request's descriptor, as is its end.
void Engine::rely_on(Request& request, io::Reliance how) noexcept {
  const std::uint64_t bits = reliance_on(request);
  if (is_for_kernel(request) && (bits & bit_of(how)) == 0) {
    request.reliance.store(std::uint64_t{request.generation()} << 32 | bits | bit_of(how),
                           std::memory_order_relaxed);
    kernel_.rely(request.context.load(std::memory_order_relaxed), how);
  }
}

void Engine::rely_no_more(Request& request) noexcept {
  const std::uint64_t bits = reliance_on(request);
  if (bits == 0) {
    return;
  }
  request.reliance.store(0, std::memory_order_relaxed);
  for (const io::Reliance how : {io::Reliance::kAnybody, io::Reliance::kReaper}) {
    if ((bits & bit_of(how)) != 0) {
      kernel_.rely_no_more(request.context.load(std::memory_order_relaxed), how);
    }
  }
}

// That life of the slot, if it still goes on and is that aiocb's. Async-signal-safe.
void Engine::rely_on(const aiocb& control_block, Request& request,
                     std::uint32_t generation) noexcept {
  // acquire: pairs with the release in fill().
  const int fildes = request.fildes.load(std::memory_order_acquire);
  Descriptor* const descriptor = fildes >= 0 ? descriptors_.find(fildes) : nullptr;
  const bool is_done = request.generation() == generation && reliance_on(request) != 0;
  if (is_done || descriptor == nullptr) {
    return;
  }
  const SignalsBlocked proof(SignalsBlocked::Threads::kAreForbidden);
  MutexLock lock(descriptor->mutex, proof);
  if (request.names(control_block, generation) && request.fildes == fildes) {
    rely_on(request, io::Reliance::kAnybody);
  }
}

void Engine::rely_on_all(Descriptor& descriptor) noexcept {
  for (Descriptor::List* const list : descriptor.lists()) {
    for (Request* request = list->front(); request != nullptr;
         request = Descriptor::List::next(*request)) {
      rely_on(*request, io::Reliance::kAnybody);
    }
  }
}

// Looks for the end of a request that the kernel may serve, or of the writes that a sync waits for,
// which are the reaper's as long as it gets on. Async-signal-safe.
bool Engine::poll_kernel(const Request& request) const noexcept {
  return request.is_sync.load(std::memory_order_relaxed)
             ? kernel_.is_used() && is_held_up() && kernel_.poll_each()
             : kernel_.poll(request.context.load(std::memory_order_relaxed));
}

// Whether the end of that request may hang on an event in a ring. Async-signal-safe.
bool Engine::depends_on_kernel(const aiocb& control_block) const noexcept {
  const Request* const request = table_.find(control_block);
  return request != nullptr &&
         (request->is_sync.load(std::memory_order_relaxed)
              ? kernel_.is_used()
              : request->context.load(std::memory_order_relaxed) != io::KernelAio::kNoContext);
}

}  // namespace aiox
