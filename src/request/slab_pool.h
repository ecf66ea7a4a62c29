// SPDX-License-Identifier: MIT
//
// Type-stable storage: objects come from slabs that are never unmapped, by a lock-free free list.
//
// An object that was returned stays an object of its type for ever, so a late reader, who holds
// its address or index without owning it, reads stale fields but never foreign memory. Taking and
// returning are async-signal-safe.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>

#include "sys/pages.h"

namespace aiox {

/// Base of what lives in a SlabPool.
struct PoolNode {
  std::uint32_t index = 0;                   // its place in the pool; never changes
  std::atomic<std::uint32_t> next_free = 0;  // index + 1 of the next free one, 0 at the end
};

template <std::derived_from<PoolNode> T, std::size_t kPerSlab, std::size_t kMaxSlabs>
class SlabPool {
  static_assert(kPerSlab * kMaxSlabs < UINT32_MAX);

 public:
  static constexpr std::size_t kCapacity = kPerSlab * kMaxSlabs;

  SlabPool() noexcept = default;
  ~SlabPool() {
    for (std::size_t i = 0; directory_ && i < kMaxSlabs && slab(i) != nullptr; ++i) {
      sys::unmap_pages(slab(i), kSlabSize);
    }
  }

  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;

  /// False where there was no memory for the directory: nothing but destruction is allowed then.
  explicit operator bool() const noexcept { return static_cast<bool>(directory_); }

  /// An object of unspecified content, or nullptr where there is no memory.
  [[nodiscard]] T* take() noexcept {
    for (;;) {
      if (T* const object = pop(); object != nullptr) {
        return object;
      }
      if (!grow()) {
        return nullptr;
      }
    }
  }

  void give_back(T& object) noexcept { push_chain(object, object); }

  /// The object at `index`, which may be any number: nullptr where there is none.
  T* find(std::uint32_t index) const noexcept {
    if (index >= kCapacity) {
      return nullptr;
    }
    T* const objects = slab(index / kPerSlab);
    return objects != nullptr ? &objects[index % kPerSlab] : nullptr;
  }

  /// Maps memory for `count` objects in all, as far as there is some.
  void reserve(std::size_t count) noexcept {
    while (slabs_.load(std::memory_order_relaxed) * kPerSlab < count && grow()) {
    }
  }

 private:
  static constexpr std::size_t kSlabSize = kPerSlab * sizeof(T);

  // acquire: pairs with the release in grow(): who finds a slab sees its objects constructed.
  T* slab(std::size_t number) const noexcept {
    return directory_[number].load(std::memory_order_acquire);
  }

  bool grow() noexcept {
    void* const pages = sys::map_pages(kSlabSize);
    if (pages == nullptr) {
      return false;
    }
    T* const objects = static_cast<T*>(pages);
    for (std::size_t i = 0; i < kPerSlab; ++i) {
      new (&objects[i]) T();
    }
    // Slabs are published in order; two threads that grow at once take adjacent places.
    for (std::size_t number = slabs_.load(std::memory_order_relaxed); number < kMaxSlabs;
         ++number) {
      for (std::size_t i = 0; i < kPerSlab; ++i) {
        objects[i].index = static_cast<std::uint32_t>(number * kPerSlab + i);
        objects[i].next_free.store(objects[i].index + 2, std::memory_order_relaxed);
      }
      T* expected = nullptr;
      if (directory_[number].compare_exchange_strong(expected, objects,
                                                     std::memory_order_release)) {
        slabs_.fetch_add(1, std::memory_order_relaxed);
        push_chain(objects[0], objects[kPerSlab - 1]);
        return true;
      }
    }
    sys::unmap_pages(pages, kSlabSize);
    return false;
  }

  // The head is (tag, index + 1). Each change counts the tag up, so that a pop that was
  // interrupted between reading the head and replacing it fails when the same index is there again.
  static constexpr std::uint64_t head(std::uint64_t old_head, std::uint32_t first) noexcept {
    return ((old_head >> 32) + 1) << 32 | first;
  }

  T* pop() noexcept {
    // acquire: pairs with the release in push_chain(): the object's index and last content.
    std::uint64_t seen = free_.load(std::memory_order_acquire);
    for (;;) {
      const auto first = static_cast<std::uint32_t>(seen);
      if (first == 0) {
        return nullptr;
      }
      // What is in the free list has a slab.
      T* const object = &slab((first - 1) / kPerSlab)[(first - 1) % kPerSlab];
      const std::uint32_t next = object->next_free.load(std::memory_order_relaxed);
      if (free_.compare_exchange_weak(seen, head(seen, next), std::memory_order_acquire)) {
        return object;
      }
    }
  }

  void push_chain(T& first, T& last) noexcept {
    std::uint64_t seen = free_.load(std::memory_order_relaxed);
    do {
      last.next_free.store(static_cast<std::uint32_t>(seen), std::memory_order_relaxed);
      // release: pairs with the acquire in pop().
    } while (!free_.compare_exchange_weak(seen, head(seen, first.index + 1),
                                          std::memory_order_release, std::memory_order_relaxed));
  }

  sys::PagedArray<std::atomic<T*>, kMaxSlabs> directory_;
  std::atomic<std::size_t> slabs_ = 0;
  std::atomic<std::uint64_t> free_ = 0;
};

}  // namespace aiox
