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
//
// The kernel is asked to wake only where somebody sleeps: the lowest bit of a word says so. Who
// wants to sleep sets it where the word still is as it was read, and who counts the word up takes
// it along. Both are read-modify-writes of one word, so one comes first: the bit is seen, or the
// word has changed and the sleep does not begin. Who is cancelled in it leaves the bit behind.
//
// A child that a handler forks out of a wait goes on with it, and nobody would wake it. So the
// kernel wipes the words in children, and 0 is no word of a living process: a sleep is over, and
// none begins. It stays 0, whatever the child still does: waits that are interrupted by others end
// one after the other. (Before Linux 4.14 no word is wiped, and such a child sleeps on.)
#pragma once

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "sys/futex.h"
#include "sys/pages.h"

namespace aiox {

class WaitWords {
 public:
  static constexpr std::size_t kWords = 64;

  WaitWords() noexcept {
    static_cast<void>(words_.wipe_on_fork());
    for (std::size_t number = 0; words_ && number < kWords; ++number) {
      words_[number].value.store(kOne, std::memory_order_relaxed);
    }
  }

  /// False where there was no memory: it must not be used then.
  explicit operator bool() const noexcept { return static_cast<bool>(words_); }

  /// Whether this is a child, and the words, with all that they tell of, are its parent's.
  bool are_gone() const noexcept {
    // relaxed: it is 0 from this process's beginning on, or never.
    return words_[0].value.load(std::memory_order_relaxed) == kGone;
  }

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

  /// The word's value, to be read before watch() and handed to sleep().
  /// acquire: pairs with the release in wake(): a mask that was taken before is seen taken.
  std::uint32_t read(std::size_t number) const noexcept {
    return words_[number].value.load(std::memory_order_acquire) & ~kAsleep;
  }

  /// Sleeps as sys::futex_wait() does, and returns what it does; or ESRCH in a child, where the
  /// words are its parent's.
  int sleep(std::size_t number, std::uint32_t seen, sys::Nanoseconds deadline) {
    if (seen == kGone) {
      return ESRCH;
    }
    sys::FutexWord& word = words_[number].value;
    std::uint32_t found = seen;
    // relaxed: what is seen was published before the mask was taken, not the word.
    if (!word.compare_exchange_strong(found, seen | kAsleep, std::memory_order_relaxed) &&
        found != (seen | kAsleep)) {
      return EAGAIN;
    }
    return sys::futex_wait(word, seen | kAsleep, deadline);
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
      count_up(words_[static_cast<std::size_t>(std::countr_zero(bits))].value);
    }
  }

 private:
  static constexpr std::uint32_t kAsleep = 1;
  static constexpr std::uint32_t kOne = 2;
  static constexpr std::uint32_t kGone = 0;

  static void count_up(sys::FutexWord& word) noexcept {
    std::uint32_t seen = word.load(std::memory_order_relaxed);
    while (seen != kGone &&
           !word.compare_exchange_weak(seen, after(seen & ~kAsleep), std::memory_order_release,
                                       std::memory_order_relaxed)) {
    }
    if ((seen & kAsleep) != 0) {
      sys::futex_wake(word);
    }
  }

  static std::uint32_t after(std::uint32_t value) noexcept {
    return value + kOne != kGone ? value + kOne : kOne;
  }

  struct alignas(64) Word {
    sys::FutexWord value{0};
  };
  sys::PagedArray<Word, kWords> words_;
};

}  // namespace aiox
