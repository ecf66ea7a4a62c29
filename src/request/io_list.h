// SPDX-License-Identifier: MIT
//
// One lio_listio() call: what its requests have in common.
//
// It is held by the caller and by each of its requests. The last holder makes the list's
// notification and returns the record, so an interrupted caller simply lets go (D5).
#pragma once

#include <atomic>
#include <cstdint>

#include "request/notice.h"
#include "request/slab_pool.h"

namespace aiox {

struct IoList : PoolNode {
  std::atomic<std::uint32_t> holders = 0;  // acq_rel: the last one sees what all others did
  std::atomic<std::uint64_t> waiters = 0;  // the wait words to wake, a bit each
  std::atomic<bool> failed = false;     // an entry did not end with success; ordered by `holders`
  std::atomic<bool> exhausted = false;  // there was no thread for an entry; likewise
  Notice* notice = nullptr;             // constant until the last holder takes it
};

}  // namespace aiox
