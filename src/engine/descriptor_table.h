// SPDX-License-Identifier: MIT
//
// The descriptors by number, and which of them have writes outstanding.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "engine/descriptor.h"
#include "request/operation.h"
#include "sys/mutex.h"
#include "sys/pages.h"

namespace aiox {

/// A part of it takes memory when a descriptor in it is first used, and keeps it.
class DescriptorTable {
 public:
  DescriptorTable() noexcept = default;
  ~DescriptorTable() {
    for (std::size_t i = 0; parts_ && i < kParts; ++i) {
      if (Part* const part = parts_[i].load(std::memory_order_relaxed); part != nullptr) {
        sys::unmap_pages(part, sizeof(Part));
      }
    }
  }

  DescriptorTable(const DescriptorTable&) = delete;
  DescriptorTable& operator=(const DescriptorTable&) = delete;

  explicit operator bool() const noexcept { return static_cast<bool>(parts_); }

  /// nullptr where no request was ever submitted on it or a neighbour.
  Descriptor* find(int fildes) noexcept {
    Part* const part = part_of(fildes);
    return part != nullptr ? &part->descriptors[number_of(fildes) % kPerPart] : nullptr;
  }

  /// nullptr where there is no memory, or for a number above what the kernel gives out.
  Descriptor* open(int fildes) noexcept {
    const std::size_t index = number_of(fildes) / kPerPart;
    if (Descriptor* const descriptor = find(fildes); descriptor != nullptr || index >= kParts) {
      return descriptor;
    }
    void* const pages = sys::map_pages(sizeof(Part));
    if (pages == nullptr) {
      return nullptr;
    }
    // Before the part can be found: who looks for writes finds every part that has some.
    std::size_t used = used_parts_.load(std::memory_order_relaxed);
    while (used <= index &&
           !used_parts_.compare_exchange_weak(used, index + 1, std::memory_order_release)) {
    }
    Part* expected = nullptr;
    // release: pairs with the acquire in part_of().
    if (!parts_[index].compare_exchange_strong(expected, static_cast<Part*>(pages),
                                               std::memory_order_release,
                                               std::memory_order_relaxed)) {
      sys::unmap_pages(pages, sizeof(Part));
    }
    return find(fildes);
  }

  /// What may be tried first on that number, and the note of it. relaxed: a hint by itself.
  Shortcut shortcut(int fildes) noexcept {
    Part* const part = part_of(fildes);
    return part != nullptr
               ? part->shortcuts[number_of(fildes) % kPerPart].load(std::memory_order_relaxed)
               : Shortcut::kUnknown;
  }
  /// Without effect where nothing was ever used of that number's part.
  void note_shortcut(int fildes, Shortcut shortcut) noexcept {
    if (Part* const part = part_of(fildes); part != nullptr) {
      part->shortcuts[number_of(fildes) % kPerPart].store(shortcut, std::memory_order_relaxed);
    }
  }

  /// Counts the uses of a shortcut, up to 255 and around. A count may be lost; relaxed.
  std::uint8_t count_shortcut(int fildes) noexcept {
    std::atomic<std::uint8_t>& count = part_of(fildes)->shortcut_uses[number_of(fildes) % kPerPart];
    const auto next = static_cast<std::uint8_t>(count.load(std::memory_order_relaxed) + 1);
    count.store(next, std::memory_order_relaxed);
    return next;
  }

  /// Notes, under its lock, that a descriptor is in use.
  void use(Descriptor& descriptor, const sys::SignalsBlocked& proof) noexcept
      AIOX_REQUIRES(descriptor.mutex) {
    if (!descriptor.is_used()) {
      sys::MutexLock lock(time_mutex_, proof);
      descriptor.used_since.store(++time_, std::memory_order_relaxed);
    }
  }

  /// A time, that only counts first uses: later than those of all descriptors in use, which who has
  /// asked sees in use.
  std::uint64_t now(const sys::SignalsBlocked& proof) noexcept {
    sys::MutexLock lock(time_mutex_, proof);
    return ++time_;
  }

  /// Calls `visit(int fildes, Descriptor&)` for each descriptor from `first` to `last` that has
  /// been in use, since it was last closed, before `time`. Without its lock: it may have been
  /// closed when the visitor comes.
  template <typename Visit>
  void for_each_used(int first, int last, std::uint64_t time, Visit&& visit) noexcept {
    const std::size_t used_parts = used_parts_.load(std::memory_order_acquire);
    const std::size_t end = std::min(number_of(last) + 1, used_parts * kPerPart);
    for (std::size_t number = number_of(first); number < end; ++number) {
      Part* const part = part_of(static_cast<int>(number));
      if (part == nullptr) {
        number |= kPerPart - 1;
        continue;
      }
      Descriptor& descriptor = part->descriptors[number % kPerPart];
      if (descriptor.was_used_before(time)) {
        visit(static_cast<int>(number), descriptor);
      }
    }
  }

  /// Notes whether a descriptor has writes outstanding. Called under its lock, which orders the
  /// notes about one descriptor. release and acquire: who sees the note sees the write's call as
  /// made.
  void note_writes(int fildes, bool outstanding) noexcept {
    std::atomic<std::uint64_t>& word = part_of(fildes)->writing[number_of(fildes) % kPerPart / 64];
    const std::uint64_t bit = std::uint64_t{1} << number_of(fildes) % 64;
    if (outstanding) {
      word.fetch_or(bit, std::memory_order_release);
    } else {
      word.fetch_and(~bit, std::memory_order_release);
    }
  }

  /// Whether that descriptor has writes outstanding.
  bool has_writes(int fildes) noexcept {
    Part* const part = part_of(fildes);
    return part != nullptr &&
           (part->writing[number_of(fildes) % kPerPart / 64].load(std::memory_order_acquire) >>
                number_of(fildes) % 64 &
            1) != 0;
  }

  /// Calls `visit(int fildes)` for each descriptor with writes outstanding.
  template <typename Visit>
  void for_each_writing(Visit&& visit) noexcept {
    for (std::size_t i = 0; i < used_parts_.load(std::memory_order_acquire); ++i) {
      Part* const part = parts_[i].load(std::memory_order_acquire);
      for (std::size_t word = 0; part != nullptr && word < kPerPart / 64; ++word) {
        for (std::uint64_t bits = part->writing[word].load(std::memory_order_acquire); bits != 0;
             bits &= bits - 1) {
          visit(static_cast<int>(i * kPerPart + word * 64 +
                                 static_cast<std::size_t>(std::countr_zero(bits))));
        }
      }
    }
  }

 private:
  static constexpr std::size_t kPerPart = 8'192;
  static constexpr std::size_t kParts = 131'072;  // 2^30 descriptors: the kernel's own limit

  struct Part {
    Descriptor descriptors[kPerPart];
    std::atomic<std::uint64_t> writing[kPerPart / 64];
    std::atomic<Shortcut> shortcuts[kPerPart];
    std::atomic<std::uint8_t> shortcut_uses[kPerPart];
  };

  static std::size_t number_of(int fildes) noexcept { return static_cast<std::size_t>(fildes); }

  Part* part_of(int fildes) noexcept {
    const std::size_t index = number_of(fildes) / kPerPart;
    // acquire: pairs with the release in open().
    return index < kParts ? parts_[index].load(std::memory_order_acquire) : nullptr;
  }

  sys::PagedArray<std::atomic<Part*>, kParts> parts_;
  std::atomic<std::size_t> used_parts_ = 0;  // the highest one in use, plus one

  // A leaf of the lock order. A first use takes its time and notes it in one go: else one that got
  // an earlier time than a close could become visible in the middle of that.
  sys::Mutex time_mutex_;
  std::uint64_t time_ AIOX_GUARDED_BY(time_mutex_) = 0;
};

}  // namespace aiox
