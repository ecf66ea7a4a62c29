// SPDX-License-Identifier: MIT
//
// The aiocb's private fields: the one file that touches them.
//
// glibc's struct aiocb (168 bytes on x86-64) has room that programs copy, zero, leave
// uninitialised and reuse, so nothing found in it is believed by itself:
//
//   field            offset  what aiox keeps there
//   __next_prio          96  the ticket: which slot of the request table, and its generation
//   __policy            108  whether the return status waits to be retrieved (Retrieval)
//   __error_code        112  the error status: 0, an errno value or EINPROGRESS
//   __return_value      120  the return status
//
// The aiocb belongs to the library exactly while its status is EINPROGRESS (invariant 2): the
// store of the final status in publish() is the last access.
#pragma once

#include <aio.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace aiox::sys {

static_assert(sizeof(aiocb) == 168 && sizeof(aiocb64) == sizeof(aiocb));
static_assert(offsetof(aiocb, __next_prio) == 96 && offsetof(aiocb, __policy) == 108);
static_assert(offsetof(aiocb, __error_code) == 112 && offsetof(aiocb, __return_value) == 120);
static_assert(offsetof(aiocb, aio_offset) == 128 && offsetof(aiocb64, aio_offset) == 128);

/// The private fields of one aiocb. Any member function may be called on any 168 bytes of memory.
class AiocbPrivate {
 public:
  explicit AiocbPrivate(const aiocb& control_block) noexcept
      // aio_error() and aio_suspend() take the aiocb as const, and only load through this.
      : aiocb_(const_cast<aiocb&>(control_block)) {}

  /// The error status. acquire: pairs with the release in publish(): who sees the final status
  /// also sees the return status and the bytes in aio_buf.
  int status() const noexcept {
    return std::atomic_ref<int>(aiocb_.__error_code).load(std::memory_order_acquire);
  }

  std::uint64_t ticket() const noexcept {
    return reinterpret_cast<std::uintptr_t>(ticket_field().load(std::memory_order_acquire));
  }

  /// Takes the aiocb for a new request, unless its ticket is no longer `seen`: of two threads that
  /// submit one aiocb at the same time, one wins.
  bool claim(std::uint64_t seen, std::uint64_t ticket) noexcept {
    aiocb* expected = to_field(seen);
    // acq_rel: pairs with ticket() and with another claim().
    if (!ticket_field().compare_exchange_strong(expected, to_field(ticket),
                                                std::memory_order_acq_rel)) {
      return false;
    }
    retrieval().store(kNothing, std::memory_order_relaxed);
    return_status().store(0, std::memory_order_relaxed);
    // release: pairs with status(): who sees EINPROGRESS sees the ticket, too.
    std::atomic_ref<int>(aiocb_.__error_code).store(EINPROGRESS, std::memory_order_release);
    return true;
  }

  /// Makes `error` the final status of a submission that was refused, unless another thread has
  /// submitted the aiocb since its ticket was `seen`.
  void refuse(std::uint64_t seen, int error) noexcept {
    aiocb* expected = to_field(seen);
    if (ticket_field().compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) {
      publish(error, -1);
    }
  }

  /// Publishes the final status and with it gives the aiocb back to the program.
  void publish(int error, ssize_t value) noexcept {
    retrieval().store(kWaiting, std::memory_order_relaxed);
    return_status().store(value, std::memory_order_relaxed);
    // release: pairs with the acquire in status().
    std::atomic_ref<int>(aiocb_.__error_code).store(error, std::memory_order_release);
  }

  /// Takes the return status, once: 0 and the status in `value`, or EINVAL.
  /// An aiocb that was zeroed and never submitted has the return status 0, as with glibc.
  int retrieve(ssize_t& value) noexcept {
    int seen = kWaiting;
    // acq_rel: of two threads that retrieve at the same time, one wins.
    const bool won =
        retrieval().compare_exchange_strong(seen, kRetrieved, std::memory_order_acq_rel);
    if (!won && seen != kNothing) {
      return EINVAL;
    }
    value = return_status().load(std::memory_order_relaxed);
    return 0;
  }

 private:
  enum Retrieval : int {
    kNothing = 0,
    kWaiting = 0x61696f01,  // odd values, which hardly stand in uninitialised memory
    kRetrieved = 0x61696f02,
  };

  static aiocb* to_field(std::uint64_t ticket) noexcept {
    return reinterpret_cast<aiocb*>(static_cast<std::uintptr_t>(ticket));
  }

  std::atomic_ref<aiocb*> ticket_field() const noexcept {
    return std::atomic_ref<aiocb*>(aiocb_.__next_prio);
  }
  std::atomic_ref<int> retrieval() const noexcept { return std::atomic_ref<int>(aiocb_.__policy); }
  std::atomic_ref<ssize_t> return_status() const noexcept {
    return std::atomic_ref<ssize_t>(aiocb_.__return_value);
  }

  aiocb& aiocb_;
};

}  // namespace aiox::sys
