// SPDX-License-Identifier: MIT
#include "request/request_table.h"

#include "sys/aiocb.h"

namespace aiox {

Request* RequestTable::admit(std::size_t limit) noexcept {
  if (outstanding_.fetch_add(1, std::memory_order_relaxed) >= limit) {
    discharge();
    return nullptr;
  }
  Request* const request = slots_.take();
  if (request == nullptr) {
    discharge();
    return nullptr;
  }
  AIOX_ASSERT(request->state() == State::kFree);
  return request;
}

void RequestTable::release(Request& request) noexcept {
  request.end();
  slots_.give_back(request);
}

Request* RequestTable::find(const aiocb& control_block) const noexcept {
  const Ticket ticket = Ticket::from_bits(sys::AiocbPrivate(control_block).ticket());
  Request* const request = find(ticket);
  return request != nullptr && request->names(control_block, ticket.generation) ? request : nullptr;
}

}  // namespace aiox
