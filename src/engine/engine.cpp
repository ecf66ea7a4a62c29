// SPDX-License-Identifier: MIT
#include "engine/engine.h"

#include <cerrno>

#include "sys/aiocb.h"

namespace aiox {

using sys::AiocbPrivate;
using sys::SignalsBlocked;

Engine::Engine(io::Backend& backend, notify::Notifier& notifier, const sys::Config& config) noexcept
    : backend_(backend),
      notifier_(notifier),
      config_(config),
      immediate_(config.use(sys::Option::kImmediate) == sys::Use::kOn),
      immediate_max_(static_cast<std::size_t>(config.get(sys::Option::kImmediateMax))),
      queue_(table_, config),
      kernel_(*this, config),
      readiness_(*this, config),
      pool_(queue_, *this, config) {}

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
    if (status != EINPROGRESS) {
      return 0;
    }
    if (const Request* const request = table_.find(control_block); request != nullptr) {
      if (!poll_kernel(*request)) {
        return 0;
      }
      continue;
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
  const AiocbPrivate fields(control_block);
  const Ticket ticket = Ticket::from_bits(fields.ticket());
  Request* const request = table_.find(ticket);
  if (request == nullptr || !request->names(control_block, ticket.generation)) {
    return false;
  }
  WaitWords::watch(request->waiters, number);
  if (request->context.load(std::memory_order_relaxed) != io::KernelAio::kNoContext) {
    rely_on(control_block, *request, ticket.generation);
  }
  // Looked at again: before the bit was set it may have completed, and be in progress anew, in
  // another slot that does not have the bit, or in this one, where nobody relies on its end.
  return in_progress(control_block) && fields.ticket() == ticket.bits();
}

}  // namespace aiox
