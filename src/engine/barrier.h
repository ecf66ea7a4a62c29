// SPDX-License-Identifier: MIT
//
// aio_fsync() as a barrier for the file: what a sync waits for.
//
// A sync covers the writes that are outstanding when it is submitted on any descriptor of the file.
// On each such descriptor it leaves a barrier, which opens when the writes before it are over. The
// coverage joins them: the last barrier to open sets the sync going, if it still is there.
#pragma once

#include <atomic>
#include <cstdint>

#include "request/intrusive_list.h"
#include "request/request.h"
#include "request/slab_pool.h"

namespace aiox {

/// What all barriers of one sync have in common. Held by the sync, by each barrier, and by the
/// submitter until it has set all of them.
struct Coverage : PoolNode {
  std::atomic<std::uint32_t> holders = 0;  // acq_rel: the last one returns it
  std::atomic<std::uint32_t> closed = 0;   // barriers not yet open; acq_rel: the last one sees all
  std::atomic<int> error = 0;  // the first failure of a covered write, or ETIMEDOUT for an
                               // abandoned one; ordered by `closed`
  Request* sync = nullptr;     // constant; alive only while `ticket` says so
  Ticket ticket{};             // constant
  std::uint8_t lane = 0;       // constant
};

/// A place in one descriptor's order of writes.
struct Barrier : PoolNode {
  Coverage* coverage = nullptr;  // constant
  std::uint64_t number = 0;      // guarded by the descriptor's mutex, as all below
  int error = 0;                 // of a write before it, likewise
  Link<Barrier> on_descriptor;
};

}  // namespace aiox
