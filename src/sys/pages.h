// SPDX-License-Identifier: MIT
//
// Memory straight from the kernel: zeroed, and costing nothing until it is touched. The library
// uses no malloc, which the program may have replaced, and which a handler may have interrupted.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <type_traits>

namespace aiox::sys {

/// Zeroed pages for `size` bytes, or nullptr where there is no memory.
inline void* map_pages(std::size_t size) noexcept {
  void* const pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return pages == MAP_FAILED ? nullptr : pages;
}

inline void unmap_pages(void* pages, std::size_t size) noexcept { ::munmap(pages, size); }

/// Has the pages zeroed in every child of this process. False where the kernel cannot.
inline bool wipe_on_fork(void* pages, std::size_t size) noexcept {
  return ::madvise(pages, size, MADV_WIPEONFORK) == 0;
}

/// An array of `kSize` elements on pages of its own, all-zero bytes being their initial value.
/// A large one costs address space alone: only what is used becomes resident.
template <typename T, std::size_t kSize>
class PagedArray {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  PagedArray() noexcept : elements_(static_cast<T*>(map_pages(kSize * sizeof(T)))) {}
  ~PagedArray() {
    if (elements_ != nullptr) {
      unmap_pages(elements_, kSize * sizeof(T));
    }
  }

  PagedArray(const PagedArray&) = delete;
  PagedArray& operator=(const PagedArray&) = delete;

  /// False where there was no memory: the array must not be used then.
  explicit operator bool() const noexcept { return elements_ != nullptr; }

  /// Has all elements zeroed in every child of this process. False where the kernel cannot.
  bool wipe_on_fork() noexcept {
    return elements_ != nullptr && sys::wipe_on_fork(elements_, kSize * sizeof(T));
  }

  T& operator[](std::size_t index) noexcept { return elements_[index]; }
  const T& operator[](std::size_t index) const noexcept { return elements_[index]; }

 private:
  T* const elements_;
};

}  // namespace aiox::sys
