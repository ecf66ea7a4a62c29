// SPDX-License-Identifier: MIT
//
// What is outstanding on one descriptor, and whose turn it is.
//
// Each request is on one of four lists, in the order of admission. A write knows how many barriers
// were admitted before it; a sync that finds writes outstanding is a barrier with the next number
// and waits for all writes with a smaller one. As `writes_` is in order, its first one tells which
// barriers are open: O(1) for each request, however many are outstanding (invariant 10).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "request/request.h"
#include "sys/mutex.h"
#include "sys/pages.h"

namespace aiox {

/// All-zero bytes are a descriptor with nothing outstanding.
class alignas(128) Descriptor {
 public:
  using List = IntrusiveList<Request, &Request::on_descriptor>;

  /// First in the lock order.
  sys::Mutex mutex;

  /// Enters a request. True when it may run now, false when it has to wait (state kWaiting).
  [[nodiscard]] bool enter(Request& request) noexcept AIOX_REQUIRES(mutex) {
    switch (request.operation.opcode) {
      case Opcode::kRead: reads_.push_back(request); return true;
      case Opcode::kWrite:
        request.barrier = barriers_seen_;
        writes_.push_back(request);
        return true;
      case Opcode::kSync:
      case Opcode::kDataSync: break;
    }
    request.covered_error = 0;
    if (writes_.empty()) {
      request.barrier = barriers_seen_;
      syncs_.push_back(request);
      return true;
    }
    request.barrier = ++barriers_seen_;
    barriers_.push_back(request);
    return false;
  }

  /// Removes a request that is over, in `from`, and calls `ready(Request&)` for each sync whose
  /// turn comes by that. A write's failure goes to the syncs that cover it; a cancelled one is no
  /// failure.
  template <typename Ready>
  void leave(Request& request, State from, int error, Ready&& ready) noexcept AIOX_REQUIRES(mutex) {
    list_of(request, from).remove(request);
    if (request.operation.opcode != Opcode::kWrite) {
      return;
    }
    if (error != 0 && error != ECANCELED) {
      for (Request* sync = barriers_.front(); sync != nullptr; sync = List::next(*sync)) {
        if (sync->barrier > request.barrier && sync->covered_error == 0) {
          sync->covered_error = error;
        }
      }
    }
    while (!barriers_.empty() &&
           (writes_.empty() || writes_.front()->barrier >= barriers_.front()->barrier)) {
      Request& sync = *barriers_.pop_front();
      syncs_.push_back(sync);
      ready(sync);
    }
  }

  /// All that is outstanding. Waiting syncs come first: who cancels everything in this order sets
  /// none of them free.
  std::array<List*, 4> lists() noexcept AIOX_REQUIRES(mutex) {
    return {&barriers_, &syncs_, &writes_, &reads_};
  }

 private:
  List& list_of(const Request& request, State from) noexcept AIOX_REQUIRES(mutex) {
    switch (request.operation.opcode) {
      case Opcode::kRead: return reads_;
      case Opcode::kWrite: return writes_;
      case Opcode::kSync:
      case Opcode::kDataSync: break;
    }
    return from == State::kWaiting ? barriers_ : syncs_;
  }

  List reads_ AIOX_GUARDED_BY(mutex);
  List writes_ AIOX_GUARDED_BY(mutex);
  List syncs_ AIOX_GUARDED_BY(mutex);     // those that may run
  List barriers_ AIOX_GUARDED_BY(mutex);  // those that wait for writes
  std::uint64_t barriers_seen_ AIOX_GUARDED_BY(mutex) = 0;
};

/// The descriptors by number. A part of it takes memory when a descriptor in it is first used, and
/// keeps it.
class DescriptorTable {
 public:
  DescriptorTable() noexcept = default;
  ~DescriptorTable() {
    for (std::size_t i = 0; parts_ && i < kParts; ++i) {
      if (Descriptor* const part = parts_[i].load(std::memory_order_relaxed); part != nullptr) {
        sys::unmap_pages(part, kPartSize);
      }
    }
  }

  DescriptorTable(const DescriptorTable&) = delete;
  DescriptorTable& operator=(const DescriptorTable&) = delete;

  explicit operator bool() const noexcept { return static_cast<bool>(parts_); }

  /// nullptr where no request was ever submitted on it or a neighbour.
  Descriptor* find(int fildes) noexcept {
    const auto number = static_cast<std::size_t>(fildes);
    if (number >= kParts * kPerPart) {
      return nullptr;
    }
    // acquire: pairs with the release in open().
    Descriptor* const part = parts_[number / kPerPart].load(std::memory_order_acquire);
    return part != nullptr ? &part[number % kPerPart] : nullptr;
  }

  /// nullptr where there is no memory, or for a number above what the kernel gives out.
  Descriptor* open(int fildes) noexcept {
    const std::size_t number = static_cast<std::size_t>(fildes) / kPerPart;
    if (Descriptor* const descriptor = find(fildes); descriptor != nullptr || number >= kParts) {
      return descriptor;
    }
    void* const pages = sys::map_pages(kPartSize);
    if (pages == nullptr) {
      return nullptr;
    }
    Descriptor* expected = nullptr;
    // release: pairs with the acquire in find().
    if (!parts_[number].compare_exchange_strong(expected, static_cast<Descriptor*>(pages),
                                                std::memory_order_release,
                                                std::memory_order_relaxed)) {
      sys::unmap_pages(pages, kPartSize);
    }
    return find(fildes);
  }

 private:
  static constexpr std::size_t kPerPart = 8'192;
  static constexpr std::size_t kParts = 131'072;  // 2^30 descriptors: the kernel's own limit
  static constexpr std::size_t kPartSize = kPerPart * sizeof(Descriptor);

  sys::PagedArray<std::atomic<Descriptor*>, kParts> parts_;
};

}  // namespace aiox
