// SPDX-License-Identifier: MIT
#include "io/ring.h"

#include <cerrno>

#include "sys/kernel_aio_calls.h"

namespace aiox::io {
namespace {

constexpr std::uint32_t kMagic = 0xa10a10a1;

// What the return value and errno of a wait mean.
Wake wake_after(long result) noexcept {
  if (result == 0) {
    return Wake::kTimeout;
  }
  switch (errno) {
    case EFAULT: return Wake::kEvent;
    case EINTR: return Wake::kInterrupted;
    default: return Wake::kFailed;
  }
}

}  // namespace

// The kernel's struct aio_ring, unchanged since Linux 2.6 as libaio looks at it too. The events
// follow.
struct Ring::Header {
  std::uint32_t id;
  std::uint32_t places;
  std::uint32_t head;
  std::uint32_t tail;
  std::uint32_t magic;
  std::uint32_t compat_features;
  std::uint32_t incompat_features;
  std::uint32_t header_length;

  const io_event* events() const noexcept { return reinterpret_cast<const io_event*>(this + 1); }
};

bool Ring::is_known(const Header& header) noexcept {
  return header.magic == kMagic && header.incompat_features == 0 &&
         header.header_length == sizeof(Header) && header.places > kEntries && header.head == 0;
}

aio_context_t Ring::context() const noexcept { return reinterpret_cast<aio_context_t>(header()); }

int Ring::open() noexcept {
  aio_context_t made = 0;
  if (sys::aio_setup(kEntries, &made) != 0) {
    return errno;
  }
  auto* const header = reinterpret_cast<Header*>(made);
  // One that looks at where the events shall go before it waits would never let anybody sleep.
  if (!is_known(*header) || sys::aio_await_event(made, 0) != 0) {
    sys::aio_destroy(made);
    return ENOSYS;
  }
  header_.store(header, std::memory_order_release);
  return 0;
}

void Ring::close() noexcept {
  sys::aio_destroy(context());
  header_.store(nullptr, std::memory_order_relaxed);
}

long Ring::submit(iocb** blocks, std::size_t count) noexcept {
  return sys::aio_submit(context(), blocks, count);
}

bool Ring::has_events() const noexcept {
  // Read once, as it is gone in a child of fork(). The kernel writes the event, then the tail.
  Header* const header = this->header();
  return header != nullptr && std::atomic_ref(header->tail).load() != next_.load();
}

std::uint64_t Ring::oldest() const noexcept {
  return header()->events()[next_.load(std::memory_order_relaxed)].data;
}

bool Ring::take(Event& event) noexcept {
  if (!has_events()) {
    return false;
  }
  Header& header = *this->header();
  const std::uint32_t at = next_.load(std::memory_order_relaxed);
  const io_event& told = header.events()[at];
  event.cookie = told.data;
  event.result = told.res >= 0 ? Result::success(static_cast<ssize_t>(told.res))
                               : Result::failure(static_cast<int>(-told.res));
  const std::uint32_t next = at + 1 < header.places ? at + 1 : 0;
  next_.store(next);
  // release: for the kernel, which may write over the event once it has seen this.
  std::atomic_ref(header.head).store(next, std::memory_order_release);
  return true;
}

Wake Ring::await(sys::Nanoseconds time) noexcept {
  return wake_after(sys::aio_await_event(context(), time));
}

Wake Ring::await_or_signal(sys::Nanoseconds time) {
  return wake_after(sys::aio_await_event_or_signal(context(), time));
}

}  // namespace aiox::io
