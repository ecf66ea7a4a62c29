// SPDX-License-Identifier: MIT
#include "request/request_table.h"

#include "sys/aiocb.h"

namespace aiox {

Request* RequestTable::admit(std::size_t limit) noexcept {
  std::size_t counted = outstanding_.load(std::memory_order_relaxed);
  do {
    if (counted >= limit) {
      return nullptr;
    }
  } while (!outstanding_.compare_exchange_weak(counted, counted + 1, std::memory_order_relaxed));
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
