// SPDX-License-Identifier: MIT
//
// What a sync waits for: the writes outstanding on its file, through whatever descriptor.
#include <cerrno>

#include "engine/engine.h"

namespace aiox {

using sys::MutexLock;
using sys::SignalsBlocked;

// A sync's coverage, held by the sync and by its submitter; nullptr without memory.
Coverage* Engine::begin_coverage(Request& sync) noexcept {
  Coverage* const coverage = coverages_.take();
  if (coverage != nullptr) {
    coverage->holders.store(2, std::memory_order_relaxed);
    coverage->closed.store(1, std::memory_order_relaxed);  // the submitter's, until all are set
    coverage->error.store(0, std::memory_order_relaxed);
    coverage->sync = &sync;
    coverage->ticket = sync.ticket();
    coverage->lane = sync.lane;
  }
  return coverage;
}

// Called with the sync on its descriptor, waiting. Which descriptors are the same file is found out
// here, among those with writes outstanding, by what their submitters saw: other descriptors are
// the program's to close meanwhile, and must not be touched. Returns 0 or EAGAIN; what has been set
// by then opens in vain.
int Engine::cover(Coverage& coverage, const FileIdentity& file, Aftermath& aftermath,
                  const SignalsBlocked& proof) noexcept {
  int error = 0;
  descriptors_.for_each_writing([&](int fildes) {
    if (error == 0) {
      error = set_barrier(coverage, fildes, file, proof);
    }
  });
  if (error == 0) {
    open_one(coverage, aftermath, proof);
  }
  return error;
}

int Engine::set_barrier(Coverage& coverage, int fildes, const FileIdentity& file,
                        const SignalsBlocked& proof) noexcept {
  Barrier* const barrier = barriers_.take();
  if (barrier == nullptr) {
    return EAGAIN;
  }
  barrier->coverage = &coverage;
  // relaxed: the submitter's own share keeps both from reaching zero.
  coverage.holders.fetch_add(1, std::memory_order_relaxed);
  coverage.closed.fetch_add(1, std::memory_order_relaxed);
  Descriptor& descriptor = *descriptors_.find(fildes);
  bool set = false;
  {
    MutexLock lock(descriptor.mutex, proof);
    set = descriptor.written == file && descriptor.set_barrier(*barrier);
    if (set) {
      descriptor.for_each_write_covered_anew(
          *barrier, [&](Request& write) { rely_on(write, io::Reliance::kReaper); });
    }
  }
  if (!set) {  // its writes are another file's, or have ended meanwhile
    coverage.closed.fetch_sub(1, std::memory_order_relaxed);
    coverage.holders.fetch_sub(1, std::memory_order_relaxed);
    barriers_.give_back(*barrier);
  }
  return 0;
}

// A barrier that has opened: nothing of what it stood behind is outstanding.
void Engine::pass(Barrier& barrier, Aftermath& aftermath, const SignalsBlocked& proof) noexcept {
  Coverage& coverage = *barrier.coverage;
  if (barrier.error == ETIMEDOUT) {
    coverage.error.store(ETIMEDOUT, std::memory_order_relaxed);
  } else if (barrier.error != 0) {
    int none = 0;
    coverage.error.compare_exchange_strong(none, barrier.error, std::memory_order_relaxed);
  }
  barriers_.give_back(barrier);
  open_one(coverage, aftermath, proof);
  release(coverage);
}

void Engine::open_one(Coverage& coverage, Aftermath& aftermath,
                      const SignalsBlocked& proof) noexcept {
  // acq_rel: the last one sees the errors of all, and hands them on with the sync.
  if (coverage.closed.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  // relaxed: ordered by `closed`.
  if (coverage.error.load(std::memory_order_relaxed) == ETIMEDOUT) {
    end_uncovered(coverage, aftermath, proof);
  } else {
    aftermath.queued |= queue_.push(*coverage.sync, coverage.ticket, coverage.lane, proof);
  }
}

// Ends a sync that covers an abandoned write, of whose data nobody knows. It would need a worker in
// place of the one that is stuck in that write, and who abandons must not create one.
void Engine::end_uncovered(const Coverage& coverage, Aftermath& aftermath,
                           const SignalsBlocked& proof) noexcept {
  Request& sync = *coverage.sync;
  // If it is over, this may be the descriptor of the slot's next life, whose generation is another,
  // or a number that no request was ever accepted on.
  Descriptor* const descriptor = descriptors_.find(sync.fildes.load(std::memory_order_acquire));
  if (descriptor == nullptr) {
    return;
  }
  MutexLock lock(descriptor->mutex, proof);
  conclude(sync, coverage.ticket.generation, *descriptor, State::kWaiting,
           Result::failure(ETIMEDOUT), aftermath, proof);
}

void Engine::release(Coverage& coverage) noexcept {
  if (coverage.holders.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    coverages_.give_back(coverage);
  }
}

}  // namespace aiox
