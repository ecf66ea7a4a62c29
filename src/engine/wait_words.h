// SPDX-License-Identifier: MIT
//
// Whom to wake: the sleepers of aio_suspend() and of lio_listio(LIO_WAIT).
//
// There are 64 wait words. A thread uses one of them for all its waits, and a request or a list
// holds a mask of the words whose threads watch it. So watching and waking allocate nothing, take
// no lock, work in a signal handler on top of another wait of the same thread, and a thread that is
// cancelled while it sleeps leaves nothing behind but a bit. Threads beyond the 64th share words,
// and a bit may be stale: either makes a wake for no reason, after which the sleeper looks again.
//
// No wake is lost: a watcher reads its word, sets its bit, and then looks at the state once more
// before it sleeps; who completes publishes the state, takes the mask, and then counts the words
// up. Setting and taking are read-modify-writes of one mask, so one comes first. Either the taker
// finds the bit, and the watcher's sleep ends or does not begin since its word has changed; or the
// watcher synchronises with the taker (acq_rel on both) and finds the state published.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sys/futex.h"

namespace aiox {

class WaitWords {
 public:
  static constexpr std::size_t kWords = 64;

  /// The word of the calling thread, by number.
  static std::size_t of_this_thread() noexcept {
    static std::atomic<std::uint32_t> next{0};
    // Two handlers that interrupt each other here may draw twice: a wait then wakes for no reason.
    static thread_local std::uint8_t drawn = 0;
    if (drawn == 0) {
      drawn = static_cast<std::uint8_t>(next.fetch_add(1, std::memory_order_relaxed) % kWords + 1);
    }
    return drawn - std::size_t{1};
  }

  sys::FutexWord& word(std::size_t number) noexcept { return words_[number].value; }

  /// The word's value, to be read before watch() and handed to futex_wait().
  /// acquire: pairs with the release in wake(): a mask that was taken before is seen taken.
  std::uint32_t read(std::size_t number) const noexcept {
    return words_[number].value.load(std::memory_order_acquire);
  }

  /// Sets the bit of `number` in `mask`. A bit that is seen set need not be set again: who takes it
  /// has not yet counted up the word as it was read.
  static void watch(std::atomic<std::uint64_t>& mask, std::size_t number) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << number;
    if ((mask.load(std::memory_order_relaxed) & bit) == 0) {
      mask.fetch_or(bit, std::memory_order_acq_rel);
    }
  }

  /// Wakes all whose bits are set, after what they wait for has been published.
  void wake(std::atomic<std::uint64_t>& mask) noexcept {
    for (std::uint64_t bits = mask.exchange(0, std::memory_order_acq_rel); bits != 0;
         bits &= bits - 1) {
      sys::FutexWord& word = words_[static_cast<std::size_t>(std::countr_zero(bits))].value;
      word.fetch_add(1, std::memory_order_release);
      sys::futex_wake(word);
    }
  }

 private:
  struct alignas(64) Word {
    sys::FutexWord value{0};
  };
  std::array<Word, kWords> words_{};
};

}  // namespace aiox
